use jiff::Timestamp;
use keyway_core::{OrgId, WebhookEndpointId, WebhookMessageId};

use crate::engine::{Connection, query};
use crate::error::Doing as _;
use crate::jobs::{NewJob, insert as queue};
use crate::{Store, StoreError};

/// A message about to be kept, and the job that sends it.
#[derive(Debug, Clone)]
pub struct NewWebhookMessage {
    /// Its id.
    pub id: WebhookMessageId,
    /// The endpoint it is for.
    pub endpoint: WebhookEndpointId,
    /// The type of the event.
    pub kind: String,
    /// The session or approval it is about.
    pub subject: Option<String>,
    /// The body, sealed.
    pub body: Vec<u8>,
    /// Its length before that.
    pub bytes: u64,
    /// What sends it.
    pub job: NewJob,
    /// Now.
    pub created_at: Timestamp,
}

impl Store {
    /// Keeps a message together with its job: both, or neither.
    pub async fn record_webhook_message(
        &self,
        organization: &OrgId,
        new: &NewWebhookMessage,
    ) -> Result<(), StoreError> {
        let doing = "keep a webhook message";
        let mut transaction = self.write(doing).await?;
        insert(&mut transaction, organization, new)
            .await
            .doing(doing)?;
        queue(&mut transaction, organization, &new.job).await?;
        transaction.commit().await.doing(doing)
    }

    /// Has a message that ended sent again, by another job: the same message, its attempts before it. False
    /// where it is still to be sent, or not there.
    pub async fn replay_webhook_message(
        &self,
        organization: &OrgId,
        id: &WebhookMessageId,
        job: &NewJob,
    ) -> Result<bool, StoreError> {
        let doing = "send a webhook message again";
        let mut transaction = self.write(doing).await?;
        let changed = query(
            "UPDATE webhook_messages SET job_id = $3, attempts = 0, delivered_at = NULL, \
             last_attempt_at = NULL, last_status = NULL, last_error = NULL \
             WHERE organization_id = $1 AND id = $2 AND NOT EXISTS (SELECT 1 FROM jobs j \
             WHERE j.id = webhook_messages.job_id AND j.state IN ('queued', 'running'))",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(job.id.as_str())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        queue(&mut transaction, organization, job).await?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Forgets messages that were made before a moment and are not still to be sent; at most `limit`.
    /// Answers how many. Belongs to the installation of Keyway, so it names no organization.
    pub async fn purge_webhook_messages(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let gone = query(
            "DELETE FROM webhook_messages WHERE seq IN (SELECT m.seq FROM webhook_messages m \
             WHERE m.created_at < $1 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = m.job_id \
             AND j.state IN ('queued', 'running')) LIMIT $2)",
        )
        .bind(before.as_millisecond())
        .bind(limit)
        .execute(self.pool())
        .await
        .doing("forget webhook messages")?;
        Ok(gone.rows_affected())
    }
}

/// Keeps a message as part of a transaction that does something else as well.
pub(crate) async fn insert(
    connection: &mut Connection,
    organization: &OrgId,
    new: &NewWebhookMessage,
) -> Result<(), sqlx::Error> {
    query(
        "INSERT INTO webhook_messages (id, organization_id, endpoint_id, type, subject, body, bytes, \
         job_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(new.id.as_str())
    .bind(organization.as_str())
    .bind(new.endpoint.as_str())
    .bind(&new.kind)
    .bind(&new.subject)
    .bind(&new.body)
    .bind(i64::try_from(new.bytes).unwrap_or(i64::MAX))
    .bind(new.job.id.as_str())
    .bind(new.created_at.as_millisecond())
    .execute(connection)
    .await
    .map(drop)
}

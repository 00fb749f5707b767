use jiff::Timestamp;
use keyway_core::{OrgId, WebhookEndpointId, WebhookMessageId};

use crate::engine::{query_as, query_scalar};
use crate::error::Doing as _;
use crate::jobs::JobLease;
use crate::webhook_endpoints::{Failed, failed, succeeded};
use crate::{OffReason, Store, StoreError, store};

/// A message and all that is needed to send it.
#[derive(Debug, Clone)]
pub struct SendableMessage {
    /// The endpoint.
    pub endpoint: WebhookEndpointId,
    /// Where it goes to.
    pub url: String,
    /// Whether the endpoint is on.
    pub enabled: bool,
    /// What it is signed with, sealed; nothing where the endpoint was removed.
    pub secret: Option<Vec<u8>>,
    /// What messages were signed with before, sealed, and until when they are as well.
    pub before: Option<(Vec<u8>, Timestamp)>,
    /// The body, sealed.
    pub body: Vec<u8>,
    /// When the endpoint took it.
    pub delivered_at: Option<Timestamp>,
}

/// What became of sending a message.
#[derive(Debug, Clone)]
pub struct MessageAttempt<'a> {
    /// What the endpoint answered, where it did.
    pub status: Option<u16>,
    /// Why it failed: a code. Nothing where the endpoint took it.
    pub error: Option<&'a str>,
    /// Whether the endpoint said that it is gone.
    pub gone: bool,
    /// Who fails since before this moment is switched off.
    pub patience: Timestamp,
    /// Now.
    pub now: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    endpoint_id: String,
    url: String,
    enabled: bool,
    secret: Option<Vec<u8>>,
    secret_before: Option<Vec<u8>>,
    before_until: Option<i64>,
    body: Vec<u8>,
    delivered_at: Option<i64>,
}

impl Store {
    /// What a message is sent with, as its endpoint is now.
    pub async fn sendable_message(
        &self,
        organization: &OrgId,
        id: &WebhookMessageId,
    ) -> Result<Option<SendableMessage>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT m.endpoint_id, e.url, e.enabled, e.secret, e.secret_before, e.before_until, \
             m.body, m.delivered_at FROM webhook_messages m \
             JOIN webhook_endpoints e ON e.id = m.endpoint_id \
             AND e.organization_id = m.organization_id \
             WHERE m.organization_id = $1 AND m.id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read a webhook message")?;
        let Some(row) = row else {
            return Ok(None);
        };
        let until = row.before_until.map(store::moment).transpose()?;
        Ok(Some(SendableMessage {
            endpoint: store::id(&row.endpoint_id)?,
            url: row.url,
            enabled: row.enabled,
            secret: row.secret,
            before: row.secret_before.zip(until),
            body: row.body,
            delivered_at: row.delivered_at.map(store::moment).transpose()?,
        }))
    }

    /// Writes down what became of sending a message, at it and at its endpoint. Answers why the endpoint
    /// was switched off by that. Nothing is written for who does not hold the job any more.
    pub async fn webhook_message_sent(
        &self,
        lease: &JobLease,
        id: &WebhookMessageId,
        attempt: &MessageAttempt<'_>,
    ) -> Result<Option<OffReason>, StoreError> {
        let doing = "write down what became of a webhook message";
        let mut transaction = self.write(doing).await?;
        let endpoint: Option<String> = query_scalar(sqlx::AssertSqlSafe(format!(
            "UPDATE webhook_messages SET attempts = attempts + 1, last_attempt_at = $3, \
             last_status = $4, last_error = $5, delivered_at = CASE WHEN $5 IS NULL THEN $3 END \
             WHERE organization_id = $1 AND id = $2 AND EXISTS (SELECT 1 FROM jobs j \
             WHERE j.id = job_id AND j.id = $6 AND j.fence = $7 AND j.state = 'running'{}) \
             RETURNING endpoint_id",
            transaction.dialect().stays()
        )))
        .bind(lease.organization.as_str())
        .bind(id.as_str())
        .bind(attempt.now.as_millisecond())
        .bind(attempt.status.map(i64::from))
        .bind(attempt.error)
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .fetch_optional(&mut *transaction)
        .await
        .doing(doing)?;
        let Some(endpoint) = endpoint else {
            return Ok(None);
        };
        let endpoint = store::id(&endpoint)?;
        let organization = &lease.organization;
        let off = match attempt.error {
            None => {
                let (status, now) = (attempt.status, attempt.now);
                let done = succeeded(&mut transaction, organization, &endpoint, status, now);
                done.await.map(|()| None)
            }
            Some(code) => {
                let how = Failed {
                    status: attempt.status,
                    code,
                    gone: attempt.gone,
                    patience: attempt.patience,
                    now: attempt.now,
                };
                failed(&mut transaction, organization, &endpoint, &how).await
            }
        };
        let off = off.doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(off)
    }
}

use jiff::Timestamp;
use keyway_core::{OrgId, WebhookEndpointId};

use crate::engine::{query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::jobs::{in_order, insert as queue};
use crate::webhook_messages::insert;
use crate::{NewWebhookMessage, Store, StoreError, store};

/// Something that happened and that endpoints are still to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Its place in the order of happening.
    pub seq: i64,
    /// Whose it is.
    pub organization: OrgId,
    /// Its type.
    pub kind: String,
    /// The session or approval it is about.
    pub subject: String,
    /// What is told: a JSON object.
    pub facts: String,
    /// When it happened, where that is known.
    pub occurred_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    organization_id: String,
    #[sqlx(rename = "type")]
    kind: String,
    subject: String,
    facts: String,
    occurred_at: Option<i64>,
}

/// Rows of every organization: whoever makes messages of them does so for all.
impl Store {
    /// What happened and is still to be told, oldest first.
    pub async fn webhook_events(&self, limit: u32) -> Result<Vec<WebhookEvent>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT seq, organization_id, type, subject, facts, occurred_at FROM webhook_events \
             ORDER BY seq LIMIT $1",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .doing("look for events to tell")?;
        let read = |row: Row| {
            Ok(WebhookEvent {
                seq: row.seq,
                organization: store::id(&row.organization_id)?,
                kind: row.kind,
                subject: row.subject,
                facts: row.facts,
                occurred_at: row.occurred_at.map(store::moment).transpose()?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// The endpoints that are told of a type of events.
    pub async fn webhook_subscribers(
        &self,
        organization: &OrgId,
        kind: &str,
    ) -> Result<Vec<WebhookEndpointId>, StoreError> {
        let ids: Vec<String> = query_scalar(
            "SELECT endpoint_id FROM webhook_subscriptions WHERE organization_id = $1 AND type = $2",
        )
        .bind(organization.as_str())
        .bind(kind)
        .fetch_all(self.pool())
        .await
        .doing("look for webhook endpoints")?;
        ids.iter().map(|id| store::id(id)).collect()
    }

    /// Makes messages of an event, each with the job that sends it, and forgets the event: all of it or
    /// nothing. False, and nothing is written, where another process did before.
    pub async fn tell_webhook_event(
        &self,
        event: &WebhookEvent,
        messages: &[NewWebhookMessage],
    ) -> Result<bool, StoreError> {
        let doing = "make messages of an event";
        let mut transaction = self.write(doing).await?;
        let taken = query("DELETE FROM webhook_events WHERE seq = $1")
            .bind(event.seq)
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        if taken.rows_affected() == 0 {
            return Ok(false);
        }
        let jobs = messages.iter().map(|message| &message.job);
        in_order(&mut transaction, &event.organization, jobs)
            .await
            .doing(doing)?;
        for message in messages {
            insert(&mut transaction, &event.organization, message)
                .await
                .doing(doing)?;
            queue(&mut transaction, &event.organization, &message.job).await?;
        }
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }
}

use jiff::Timestamp;
use keyway_core::{OrgId, WebhookEndpointId, WebhookMessageId};

use super::StoredWebhookMessage;
use super::message::{COLUMNS, Row, TABLES};
use crate::engine::query_as;
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// Which messages are listed.
#[derive(Debug, Clone, Copy)]
pub struct MessageFilter<'a> {
    /// Those to this endpoint.
    pub endpoint: &'a WebhookEndpointId,
    /// Those that are this far: `pending`, `sending`, `retrying`, `delivered`, `failed` or `cancelled`.
    pub state: Option<&'a str>,
    /// Those made since this moment.
    pub since: Option<Timestamp>,
    /// Those made before this place.
    pub before: Option<i64>,
}

/// How far a message is. A job that died is kept for a time; after that it has failed all the same.
const STATE: &str = "CASE WHEN m.delivered_at IS NOT NULL OR j.state = 'done' THEN 'delivered' \
     WHEN j.state = 'queued' AND m.attempts > 0 THEN 'retrying' \
     WHEN j.state = 'queued' THEN 'pending' WHEN j.state = 'running' THEN 'sending' \
     WHEN j.state = 'cancelled' THEN 'cancelled' ELSE 'failed' END";

impl Store {
    /// Messages to an endpoint of an organization, the last made first.
    pub async fn webhook_messages(
        &self,
        organization: &OrgId,
        filter: &MessageFilter<'_>,
        limit: u32,
    ) -> Result<Vec<StoredWebhookMessage>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE m.organization_id = $1 AND m.endpoint_id = $2 \
             AND m.seq < $3 AND ($4 IS NULL OR {STATE} = $4) AND m.created_at >= $5 \
             ORDER BY m.seq DESC LIMIT $6"
        );
        let since = filter.since.map_or(i64::MIN, Timestamp::as_millisecond);
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(filter.endpoint.as_str())
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(filter.state)
            .bind(since)
            .bind(limit)
            .fetch_all(self.pool())
            .await
            .doing("list the webhook messages")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One message of an organization.
    pub async fn webhook_message(
        &self,
        organization: &OrgId,
        id: &WebhookMessageId,
    ) -> Result<Option<StoredWebhookMessage>, StoreError> {
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE m.organization_id = $1 AND m.id = $2"
        )))
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read a webhook message")?;
        row.map(Row::read).transpose()
    }
}

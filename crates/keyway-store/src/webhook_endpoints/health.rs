use crate::engine::{Connection, query, query_as};
use jiff::Timestamp;
use keyway_core::{OrgId, WebhookEndpointId};

use super::OffReason;
use super::change::unsubscribe;

/// Writes down that an endpoint took a message.
pub(crate) async fn succeeded(
    connection: &mut Connection,
    organization: &OrgId,
    id: &WebhookEndpointId,
    status: Option<u16>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    query(
        "UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, last_success_at = $3, \
         last_status = $4, last_error = NULL WHERE organization_id = $1 AND id = $2",
    )
    .bind(organization.as_str())
    .bind(id.as_str())
    .bind(now.as_millisecond())
    .bind(status.map(i64::from))
    .execute(connection)
    .await
    .map(drop)
}

/// How an attempt failed.
pub(crate) struct Failed<'a> {
    pub(crate) status: Option<u16>,
    pub(crate) code: &'a str,
    /// Whether the endpoint said that it is gone.
    pub(crate) gone: bool,
    /// Who fails since before this moment is switched off.
    pub(crate) patience: Timestamp,
    pub(crate) now: Timestamp,
}

/// Writes down that an endpoint did not take a message, and switches it off where that is enough. Answers
/// why it was switched off by this one.
pub(crate) async fn failed(
    connection: &mut Connection,
    organization: &OrgId,
    id: &WebhookEndpointId,
    failed: &Failed<'_>,
) -> Result<Option<OffReason>, sqlx::Error> {
    let since: Option<(i64, bool)> = query_as(
        "UPDATE webhook_endpoints SET failures = failures + 1, \
         failing_since = coalesce(failing_since, $3), last_failure_at = $3, last_status = $4, \
         last_error = $5 WHERE organization_id = $1 AND id = $2 RETURNING failing_since, enabled",
    )
    .bind(organization.as_str())
    .bind(id.as_str())
    .bind(failed.now.as_millisecond())
    .bind(failed.status.map(i64::from))
    .bind(failed.code)
    .fetch_optional(&mut *connection)
    .await?;
    let Some((since, true)) = since else {
        return Ok(None);
    };
    let off = if failed.gone {
        OffReason::Gone
    } else if since <= failed.patience.as_millisecond() {
        OffReason::Failing
    } else {
        return Ok(None);
    };
    query(
        "UPDATE webhook_endpoints SET enabled = FALSE, off_reason = $3, off_at = $4, \
         revision = revision + 1 WHERE organization_id = $1 AND id = $2",
    )
    .bind(organization.as_str())
    .bind(id.as_str())
    .bind(off.as_str())
    .bind(failed.now.as_millisecond())
    .execute(&mut *connection)
    .await?;
    unsubscribe(connection, organization, id).await?;
    Ok(Some(off))
}

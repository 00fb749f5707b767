use jiff::Timestamp;
use keyway_core::{OrgId, WebhookEndpointId};

use crate::engine::query_as;
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// Why the gateway switched an endpoint off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffReason {
    /// It answered that it is gone: 410.
    Gone,
    /// It failed for too long.
    Failing,
}

impl OffReason {
    /// The reason as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        match text {
            "gone" => Ok(Self::Gone),
            "failing" => Ok(Self::Failing),
            _ => Err(store::damaged()),
        }
    }
}

/// Where an organization is told of what happens in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWebhookEndpoint {
    /// Its place in the order of making.
    pub seq: i64,
    /// Its id.
    pub id: WebhookEndpointId,
    /// Whose it is.
    pub organization: OrgId,
    /// Where messages go to.
    pub url: String,
    /// The types of events it is told of: a JSON list.
    pub events: String,
    /// Whether it is told of anything.
    pub enabled: bool,
    /// Why the gateway switched it off, and when.
    pub off: Option<(OffReason, Timestamp)>,
    /// Until when messages are signed with the secret before as well.
    pub before_until: Option<Timestamp>,
    /// How it fares.
    pub health: EndpointHealth,
    /// Grows with each change somebody makes.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
}

/// How an endpoint fares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointHealth {
    /// Attempts that failed since the last one that did not.
    pub failures: u64,
    /// Since when they do.
    pub failing_since: Option<Timestamp>,
    /// When one last succeeded.
    pub last_success_at: Option<Timestamp>,
    /// When one last failed.
    pub last_failure_at: Option<Timestamp>,
    /// The status it last answered.
    pub last_status: Option<u16>,
    /// The code of the last failure.
    pub last_error: Option<String>,
}

/// The columns of a [`Row`].
pub(super) const COLUMNS: &str = "seq, id, organization_id, url, events, enabled, off_reason, off_at, \
     before_until, failures, failing_since, last_success_at, last_failure_at, last_status, last_error, \
     revision, created_at, created_by, changed_at, changed_by";

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    seq: i64,
    id: String,
    organization_id: String,
    url: String,
    events: String,
    enabled: bool,
    off_reason: Option<String>,
    off_at: Option<i64>,
    before_until: Option<i64>,
    failures: i64,
    failing_since: Option<i64>,
    last_success_at: Option<i64>,
    last_failure_at: Option<i64>,
    last_status: Option<i64>,
    last_error: Option<String>,
    revision: i64,
    created_at: i64,
    created_by: String,
    changed_at: i64,
    changed_by: String,
}

impl Row {
    pub(super) fn read(self) -> Result<StoredWebhookEndpoint, StoreError> {
        let at = |moment: Option<i64>| moment.map(store::moment).transpose();
        let off = match (self.off_reason, self.off_at) {
            (Some(reason), Some(at)) => Some((OffReason::read(&reason)?, store::moment(at)?)),
            _ => None,
        };
        let status = self.last_status.map(u16::try_from).transpose();
        Ok(StoredWebhookEndpoint {
            seq: self.seq,
            id: store::id(&self.id)?,
            organization: store::id(&self.organization_id)?,
            url: self.url,
            events: self.events,
            enabled: self.enabled,
            off,
            before_until: at(self.before_until)?,
            health: EndpointHealth {
                failures: u64::try_from(self.failures).map_err(|_| store::damaged())?,
                failing_since: at(self.failing_since)?,
                last_success_at: at(self.last_success_at)?,
                last_failure_at: at(self.last_failure_at)?,
                last_status: status.map_err(|_| store::damaged())?,
                last_error: self.last_error,
            },
            revision: self.revision,
            created_at: store::moment(self.created_at)?,
            created_by: self.created_by,
            changed_at: store::moment(self.changed_at)?,
            changed_by: self.changed_by,
        })
    }
}

impl Store {
    /// Endpoints of an organization, the last made first. One that was removed is not there.
    pub async fn webhook_endpoints(
        &self,
        organization: &OrgId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredWebhookEndpoint>, StoreError> {
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM webhook_endpoints WHERE organization_id = $1 AND seq < $2 \
             AND removed_at IS NULL ORDER BY seq DESC LIMIT $3"
        )))
        .bind(organization.as_str())
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .doing("list the webhook endpoints")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One endpoint of an organization. One that was removed is not there.
    pub async fn webhook_endpoint(
        &self,
        organization: &OrgId,
        id: &WebhookEndpointId,
    ) -> Result<Option<StoredWebhookEndpoint>, StoreError> {
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM webhook_endpoints WHERE organization_id = $1 AND id = $2 \
             AND removed_at IS NULL"
        )))
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read a webhook endpoint")?;
        row.map(Row::read).transpose()
    }
}

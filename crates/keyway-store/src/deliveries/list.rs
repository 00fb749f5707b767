use keyway_core::{DeliveryId, InstallationId, OrgId, PublicationId, SessionId};

use super::Delivery;
use super::delivery::{COLUMNS, Row, TABLES};
use crate::engine::{query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, StoredPublication};

/// Which deliveries are listed.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter<'a> {
    /// Those of this publication.
    pub publication: Option<&'a PublicationId>,
    /// Those that are this far: `ignored`, `answered`, `retrying`, `cancelled`, or a state of a job.
    pub state: Option<&'a str>,
    /// Those that were said in this session.
    pub session: Option<&'a SessionId>,
    /// Those that came before this place.
    pub before: Option<i64>,
}

/// How far a delivery is. Jobs that died are kept longer than deliveries, those taken back are not.
const STATE: &str = "CASE WHEN d.outcome <> 'accepted' THEN 'ignored' \
     WHEN d.answered_at IS NOT NULL OR j.state = 'done' THEN 'answered' \
     WHEN j.state = 'queued' AND j.attempts > 0 THEN 'retrying' \
     ELSE coalesce(j.state, 'cancelled') END";

impl Store {
    /// Deliveries of an organization, the last that came first.
    pub async fn deliveries(
        &self,
        organization: &OrgId,
        filter: &DeliveryFilter<'_>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        // It has its index.
        let session = if filter.session.is_some() {
            "AND d.session_id = $6"
        } else {
            "AND $6 IS NULL"
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE d.organization_id = $1 AND d.seq < $2 \
             AND ($3 IS NULL OR d.publication_id = $3) AND ($4 IS NULL OR {STATE} = $4) \
             {session} \
             ORDER BY d.seq DESC LIMIT $5"
        );
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(filter.publication.map(PublicationId::as_str))
            .bind(filter.state)
            .bind(limit)
            .bind(filter.session.map(SessionId::as_str))
            .fetch_all(self.pool())
            .await
            .doing("list the deliveries")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Whether something was accepted in a conversation of a publication, of what is still kept, or said in its
    /// session, which is found by `session_key`.
    pub async fn conversation_begun(
        &self,
        publication: &StoredPublication,
        conversation: &str,
        session_key: &str,
    ) -> Result<bool, StoreError> {
        query_scalar(
            "SELECT EXISTS (SELECT 1 FROM deliveries WHERE publication_id = $2 AND conversation = $3 \
             AND outcome = 'accepted' AND organization_id = $1) \
             OR EXISTS (SELECT 1 FROM sessions WHERE organization_id = $1 AND agent = $4 \
             AND external_key = $5)",
        )
        .bind(publication.organization.as_str())
        .bind(publication.id.as_str())
        .bind(conversation)
        .bind(&publication.agent)
        .bind(session_key)
        .fetch_one(self.pool())
        .await
        .doing("look for a conversation")
    }

    /// What was accepted in a delivery's conversation after it and is still to be said, oldest first.
    pub async fn deliveries_behind(
        &self,
        publication: &StoredPublication,
        delivery: &Delivery,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE d.organization_id = $1 \
             AND d.publication_id = $2 AND d.conversation = $3 AND d.seq > $4 \
             AND d.outcome = 'accepted' AND j.state = 'queued' ORDER BY d.seq LIMIT $5"
        );
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(publication.organization.as_str())
            .bind(publication.id.as_str())
            .bind(&delivery.conversation)
            .bind(delivery.seq)
            .bind(limit)
            .fetch_all(self.pool())
            .await
            .doing("look for what waits in a conversation")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// What was recorded of the event of an installation that has this key.
    pub async fn delivery_of_event(
        &self,
        organization: &OrgId,
        installation: &InstallationId,
        dedupe_key: &str,
    ) -> Result<Option<Delivery>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE d.organization_id = $1 \
             AND d.installation_id = $2 AND d.dedupe_key = $3"
        );
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(installation.as_str())
            .bind(dedupe_key)
            .fetch_optional(self.pool())
            .await
            .doing("look for a delivery")?;
        row.map(Row::read).transpose()
    }

    /// One delivery of an organization.
    pub async fn delivery(
        &self,
        organization: &OrgId,
        id: &DeliveryId,
    ) -> Result<Option<Delivery>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM {TABLES} WHERE d.organization_id = $1 AND d.id = $2");
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read a delivery")?;
        row.map(Row::read).transpose()
    }

    /// What came with a delivery, sealed.
    pub async fn received(
        &self,
        organization: &OrgId,
        id: &DeliveryId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        query_scalar("SELECT received FROM deliveries WHERE organization_id = $1 AND id = $2")
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read what came with a delivery")
    }
}

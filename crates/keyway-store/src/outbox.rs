use jiff::Timestamp;
use keyway_core::OrgId;

use crate::engine::{query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// A message to everyone who listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its number; each of an organization has a higher one than the one before.
    pub id: i64,
    /// What it is about.
    pub topic: String,
    /// The message: JSON.
    pub payload: String,
    /// When it was written.
    pub created_at: Timestamp,
}

impl Store {
    /// Appends a message and answers its number. Whoever sees a number has seen, or can see, all the
    /// lower ones: they are given out one transaction after another.
    pub async fn append_outbox(
        &self,
        organization: &OrgId,
        topic: &str,
        payload: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        const DOING: &str = "write a message";
        let mut transaction = self.write(DOING).await?;
        let id: i64 = query_scalar(
            "INSERT INTO outbox_ends (organization_id, last_id) VALUES ($1, 1) \
             ON CONFLICT (organization_id) DO UPDATE SET last_id = outbox_ends.last_id + 1 RETURNING last_id",
        )
        .bind(organization.as_str())
        .fetch_one(&mut *transaction)
        .await
        .doing(DOING)?;
        query(
            "INSERT INTO outbox (organization_id, id, topic, payload, created_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(organization.as_str())
        .bind(id)
        .bind(topic)
        .bind(payload)
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(DOING)?;
        transaction.commit().await.doing(DOING)?;
        Ok(id)
    }

    /// The messages behind a number, of one topic or of all, in order.
    pub async fn outbox_after(
        &self,
        organization: &OrgId,
        topic: Option<&str>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let rows: Vec<(i64, String, String, i64)> = query_as(
            "SELECT id, topic, payload, created_at FROM outbox WHERE organization_id = $1 \
             AND ($2 IS NULL OR topic = $2) AND id > $3 ORDER BY id LIMIT $4",
        )
        .bind(organization.as_str())
        .bind(topic)
        .bind(after)
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .doing("read messages")?;
        rows.into_iter().map(read).collect()
    }

    /// The last messages of a topic, oldest first.
    pub async fn outbox_last(
        &self,
        organization: &OrgId,
        topic: &str,
        limit: u32,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let rows: Vec<(i64, String, String, i64)> = query_as(
            "SELECT id, topic, payload, created_at FROM outbox WHERE organization_id = $1 \
             AND topic = $2 ORDER BY id DESC LIMIT $3",
        )
        .bind(organization.as_str())
        .bind(topic)
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .doing("read messages")?;
        rows.into_iter().rev().map(read).collect()
    }

    /// The last number of each organization that ever had a message. Names none: whoever hands
    /// messages out does so for all.
    pub async fn outbox_ends(&self) -> Result<Vec<(OrgId, i64)>, StoreError> {
        let rows: Vec<(String, i64)> = query_as("SELECT organization_id, last_id FROM outbox_ends")
            .fetch_all(self.pool())
            .await
            .doing("look for messages")?;
        let read = |(organization, last): (String, i64)| Ok((store::id(&organization)?, last));
        rows.into_iter().map(read).collect()
    }

    /// The last number that was forgotten: what lies behind it is all there.
    pub async fn outbox_forgotten(&self, organization: &OrgId) -> Result<i64, StoreError> {
        query_scalar(
            "SELECT coalesce((SELECT min(id) - 1 FROM outbox WHERE organization_id = $1), \
             (SELECT last_id FROM outbox_ends WHERE organization_id = $1), 0)",
        )
        .bind(organization.as_str())
        .fetch_one(self.pool())
        .await
        .doing("look for messages")
    }

    /// Forgets messages that were written before `before`, the oldest first and at most `limit`.
    /// Answers how many. Belongs to the installation, so it names no organization.
    pub async fn purge_outbox(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let gone = query(
            "DELETE FROM outbox WHERE (organization_id, id) IN (SELECT organization_id, id \
             FROM outbox WHERE created_at < $1 ORDER BY created_at, id LIMIT $2)",
        )
        .bind(before.as_millisecond())
        .bind(limit)
        .execute(self.pool())
        .await
        .doing("forget messages")?;
        Ok(gone.rows_affected())
    }
}

fn read(
    (id, topic, payload, created_at): (i64, String, String, i64),
) -> Result<OutboxRow, StoreError> {
    Ok(OutboxRow {
        id,
        topic,
        payload,
        created_at: store::moment(created_at)?,
    })
}

use std::collections::HashMap;

use keyway_core::OrgId;
use sqlx::sqlite::{SqlitePoolOptions, SqliteSynchronous};
use sqlx::{QueryBuilder, Sqlite, SqlitePool};

use super::chain::{GENESIS, Hash, event_hash};
use super::read::AuditCheckpoint;
use crate::error::Doing as _;
use crate::{Reason, Store, StoreError};

/// The most rows of one statement: SQLite takes 32,766 values.
const ROWS: usize = 500;

/// What an event survives once it was appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The end of the process, however it ends. What the operating system had not yet written when
    /// the power went is lost.
    #[default]
    Process,
    /// The loss of power as well: the disk is waited for.
    Power,
}

/// An event to append.
#[derive(Debug, Clone)]
pub struct NewAuditEvent {
    /// Whose log it goes to.
    pub organization: OrgId,
    /// When it happened.
    pub at: jiff::Timestamp,
    /// What happened: one JSON object with `id` and `kind`.
    pub record: String,
}

/// The last event of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// Its place; 0 for a log without events.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
}

/// The way to append. It has a connection of its own: others wait for it no longer than for any
/// writer, and how durable it is is its own matter.
#[derive(Debug, Clone)]
pub struct AuditLog {
    pool: SqlitePool,
}

impl Store {
    /// The way to append. Connects when it is first used.
    pub fn audit_log(&self, durability: Durability) -> AuditLog {
        let options = self.pool().connect_options();
        let options = (*options).clone().synchronous(match durability {
            Durability::Process => SqliteSynchronous::Normal,
            Durability::Power => SqliteSynchronous::Full,
        });
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(crate::sqlite::ACQUIRE)
            .test_before_acquire(false)
            .connect_lazy_with(options);
        AuditLog { pool }
    }
}

impl AuditLog {
    /// Appends events, each to the log of its organization, all or none. Answers where these logs
    /// end now.
    pub async fn append(
        &self,
        events: &[NewAuditEvent],
    ) -> Result<HashMap<OrgId, AuditHead>, StoreError> {
        let doing = "append to the audit log";
        // The write lock is taken before the heads are read: whoever else appends waits.
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.doing(doing)?;
        let mut heads: HashMap<OrgId, AuditHead> = HashMap::new();
        for chunk in events.chunks(ROWS) {
            let mut rows = Vec::with_capacity(chunk.len());
            for event in chunk {
                let head = match heads.get(&event.organization) {
                    Some(head) => *head,
                    None => head(&mut transaction, &event.organization).await?,
                };
                let (seq, at) = (head.seq + 1, event.at.as_millisecond());
                let organization = event.organization.as_str();
                let hash = event_hash(organization, seq, at, &head.hash, &event.record);
                heads.insert(event.organization.clone(), AuditHead { seq, hash });
                rows.push((event, seq, at, head.hash, hash));
            }
            let mut insert = QueryBuilder::<Sqlite>::new(
                "INSERT INTO audit_events (organization_id, seq, at, record, previous, hash) ",
            );
            insert.push_values(rows, |mut row, (event, seq, at, previous, hash)| {
                row.push_bind(event.organization.as_str())
                    .push_bind(seq)
                    .push_bind(at)
                    .push_bind(event.record.as_str())
                    .push_bind(previous.to_vec())
                    .push_bind(hash.to_vec());
            });
            let insert = insert.build().persistent(false);
            insert.execute(&mut *transaction).await.doing(doing)?;
        }
        transaction.commit().await.doing(doing)?;
        Ok(heads)
    }

    /// Adds a checkpoint. One that is there already stays.
    pub async fn add_checkpoint(&self, new: &AuditCheckpoint) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO audit_checkpoints (organization_id, seq, at, hash, key_id, signature) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(new.organization.as_str())
        .bind(new.seq)
        .bind(new.at)
        .bind(new.hash.as_slice())
        .bind(new.key_id.as_str())
        .bind(new.signature.as_slice())
        .execute(&self.pool)
        .await
        .map(drop)
        .doing("add a checkpoint to the audit log")
    }

    /// Finishes what runs and lets go of the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

pub(super) async fn head(
    connection: &mut sqlx::SqliteConnection,
    organization: &OrgId,
) -> Result<AuditHead, StoreError> {
    let found: Option<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT seq, hash FROM audit_events WHERE organization_id = $1 ORDER BY seq DESC LIMIT 1",
    )
    .bind(organization.as_str())
    .fetch_optional(connection)
    .await
    .doing("read the end of the audit log")?;
    let Some((seq, hash)) = found else {
        return Ok(AuditHead {
            seq: 0,
            hash: GENESIS,
        });
    };
    let damaged = || StoreError::new("read the end of the audit log", Reason::Damaged);
    let hash = Hash::try_from(hash).map_err(|_| damaged())?;
    Ok(AuditHead { seq, hash })
}

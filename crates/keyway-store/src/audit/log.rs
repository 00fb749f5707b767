use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::OrgId;
use parking_lot::Mutex;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqlitePoolOptions, SqliteSynchronous};

use super::block::Block;
use super::chain::{GENESIS, Hash};
use super::read::AuditCheckpoint;
use crate::error::Doing as _;
use crate::{Reason, Store, StoreError, writing};

/// More events than this are appended under the write lock.
const BATCH: usize = 1_024;

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

const DOING: &str = "append to the audit log";

/// The way to append. It has a connection of its own: others wait for it no longer than for any
/// writer, and how durable it is is its own matter.
#[derive(Debug, Clone)]
pub struct AuditLog {
    pool: SqlitePool,
    /// Its turn among those who write in this process.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Where it left each log. Another process may have gone on since.
    ends: Arc<Mutex<HashMap<OrgId, AuditHead>>>,
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
        AuditLog {
            pool,
            turn: Arc::clone(self.turn()),
            ends: Arc::default(),
        }
    }
}

impl AuditLog {
    /// Appends events, each to the log of its organization, all or none. Answers where these logs
    /// end now.
    pub async fn append(
        &self,
        events: &[NewAuditEvent],
    ) -> Result<HashMap<OrgId, AuditHead>, StoreError> {
        let _turn = writing::wait(&self.turn, DOING).await?;
        if let Some(heads) = self.go_on(events).await? {
            return Ok(heads);
        }
        // The write lock is taken before the heads are read: whoever else appends waits.
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.doing(DOING)?;
        let mut heads = HashMap::new();
        for event in events {
            let organization = &event.organization;
            if !heads.contains_key(organization) {
                let head = head(&mut transaction, organization).await?;
                heads.insert(organization.clone(), head);
            }
        }
        for block in Block::chained(events, &mut heads) {
            block.insert(&mut transaction).await.doing(DOING)?;
        }
        transaction.commit().await.doing(DOING)?;
        self.ends.lock().extend(heads.clone());
        Ok(heads)
    }

    /// Appends where this process left off, without a look: `None`, and nothing is appended, when it
    /// never was there or somebody else went on since.
    async fn go_on(
        &self,
        events: &[NewAuditEvent],
    ) -> Result<Option<HashMap<OrgId, AuditHead>>, StoreError> {
        if events.is_empty() || events.len() > BATCH {
            return Ok(None);
        }
        let mut heads = HashMap::new();
        {
            let ends = self.ends.lock();
            for event in events {
                let Some(head) = ends.get(&event.organization) else {
                    return Ok(None);
                };
                if !heads.contains_key(&event.organization) {
                    heads.insert(event.organization.clone(), *head);
                }
            }
        }
        match self.insert(Block::chained(events, &mut heads)).await {
            Ok(()) => {
                self.ends.lock().extend(heads.clone());
                Ok(Some(heads))
            }
            // The place is taken: the log has another end by now.
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(None),
            Err(error) => Err(error).doing(DOING),
        }
    }

    /// All of them or none.
    async fn insert(&self, mut blocks: Vec<Block<'_>>) -> Result<(), sqlx::Error> {
        if blocks.len() == 1
            && let Some(block) = blocks.pop()
        {
            return block.insert(&mut *self.pool.acquire().await?).await;
        }
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        for block in blocks {
            block.insert(&mut transaction).await?;
        }
        transaction.commit().await
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
        "SELECT last, substr(hashes, -32) FROM audit_blocks WHERE organization_id = $1 \
         ORDER BY first DESC LIMIT 1",
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

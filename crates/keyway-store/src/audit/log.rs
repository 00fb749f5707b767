use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::OrgId;
use parking_lot::Mutex;
use sqlx::sqlite::SqliteSynchronous;

use super::block::Block;
use super::chain::{GENESIS, Hash};
use super::read::AuditCheckpoint;
use crate::engine::{Connection, Dialect, Pool, query, query_as};
use crate::error::Doing as _;
use crate::writing::Turn;
use crate::{Reason, Store, StoreError, sqlite, writing};

/// More events than this are appended under the write lock.
const BATCH: usize = 1_024;

/// How often the end of a log is read anew.
const ATTEMPTS: u32 = 8;

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
    pool: Pool,
    /// Its turn among those who write in this process; on PostgreSQL, among those who append.
    turn: Turn,
    /// Where it left each log. Another process may have gone on since.
    ends: Arc<Mutex<HashMap<OrgId, AuditHead>>>,
}

impl Store {
    /// The way to append. Connects when it is first used. On PostgreSQL what is appended survives what the
    /// server survives, as everything there.
    pub fn audit_log(&self, durability: Durability) -> AuditLog {
        let pool = match self.pool() {
            Pool::Sqlite(pool) => Pool::Sqlite(sqlite::single(
                pool,
                match durability {
                    Durability::Process => SqliteSynchronous::Normal,
                    Durability::Power => SqliteSynchronous::Full,
                },
            )),
            Pool::Postgres(pool) => Pool::Postgres(pool.clone()),
        };
        AuditLog {
            pool,
            turn: self.turn().clone().or_else(|| Some(Arc::default())),
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
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.go_on_from_the_rows(events).await {
                // Another process, which knew the end, came between; on PostgreSQL alone.
                Err(error) if *error.reason() == Reason::Conflict && attempts < ATTEMPTS => {}
                done => return done,
            }
        }
    }

    async fn go_on_from_the_rows(
        &self,
        events: &[NewAuditEvent],
    ) -> Result<HashMap<OrgId, AuditHead>, StoreError> {
        // Before the heads are read: whoever else appends waits.
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let logs = || events.iter().map(|event| lock_of(&event.organization));
        transaction.alone(logs).await.doing(DOING)?;
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
        let blocks = Block::chained(events, &mut heads);
        if blocks.len() > 1 && self.pool.dialect() == Dialect::Postgres {
            // Two who insert several at once could wait for each other.
            return Ok(None);
        }
        match self.insert(blocks).await {
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
            return block.insert(&mut self.pool.acquire().await?).await;
        }
        let mut transaction = self.pool.begin().await?;
        for block in blocks {
            block.insert(&mut transaction).await?;
        }
        transaction.commit().await
    }

    /// Adds a checkpoint. One that is there already stays.
    pub async fn add_checkpoint(&self, new: &AuditCheckpoint) -> Result<(), StoreError> {
        query(
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
        // That of PostgreSQL is the store's.
        if self.pool.dialect() == Dialect::Sqlite {
            self.pool.close().await;
        }
    }
}

/// What those who append to a log are alone with.
fn lock_of(organization: &OrgId) -> String {
    format!("audit/{organization}")
}

pub(super) async fn head(
    connection: &mut Connection,
    organization: &OrgId,
) -> Result<AuditHead, StoreError> {
    let found: Option<(i64, Vec<u8>)> = query_as(
        "SELECT last, substr(hashes, length(hashes) - 31) FROM audit_blocks WHERE organization_id = $1 \
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

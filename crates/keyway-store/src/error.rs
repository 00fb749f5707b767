use std::fmt;

use keyway_core::{Error, Kind};
use sqlx::postgres::PgDatabaseError;

/// A failure of the store: what was being done, why it failed, and what lies beneath.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing}: {reason}")]
pub struct StoreError {
    doing: String,
    reason: Reason,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Why the store failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Another `keyway serve` uses the database; its process id, where it is known.
    InUse(Option<u32>),
    /// The data directory or the database may not be written.
    ReadOnly,
    /// No space is left.
    Full,
    /// Another process held the database for too long.
    Busy,
    /// The directory is missing and could not be made, or the path is not usable.
    Unreachable,
    /// The file is not a database of ours, or it is damaged.
    Damaged,
    /// The database server cannot be reached.
    Away,
    /// The database server does not let us in, or has no such database.
    Refused,
    /// The URL of the database server cannot be read.
    Address,
    /// The database server is older than is supported.
    Old,
    /// A newer version of Keyway wrote the database.
    Newer,
    /// A row like this is there already.
    Conflict,
    /// A row this one belongs to is not there.
    Missing,
    /// It is sealed with a master key that was taken away.
    KeyRetired,
    /// A text holds what the database cannot keep: the character U+0000.
    NotText,
    /// Anything else.
    Other,
}

impl StoreError {
    pub(crate) fn new(doing: impl Into<String>, reason: Reason) -> Self {
        Self {
            doing: doing.into(),
            reason,
            source: None,
        }
    }

    pub(crate) fn io(doing: impl Into<String>, source: std::io::Error) -> Self {
        use std::io::ErrorKind;
        let reason = match source.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Reason::ReadOnly,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Reason::Full,
            ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::AlreadyExists
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidFilename => Reason::Unreachable,
            _ => Reason::Other,
        };
        Self {
            doing: doing.into(),
            reason,
            source: Some(Box::new(source)),
        }
    }

    pub(crate) fn sql(doing: impl Into<String>, source: sqlx::Error) -> Self {
        Self {
            doing: doing.into(),
            reason: reason_of(&source),
            source: Some(Box::new(source)),
        }
    }

    pub(crate) fn migration(source: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError;
        let reason = match &source {
            MigrateError::VersionMissing(_) => Reason::Newer,
            MigrateError::VersionMismatch(_) | MigrateError::Dirty(_) => Reason::Damaged,
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                reason_of(error)
            }
            _ => Reason::Other,
        };
        Self {
            doing: "bring the database's tables up to date".into(),
            reason,
            source: Some(Box::new(source)),
        }
    }

    /// Why it failed.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }
}

/// Lets an operation say what it is about to do: `query.await.doing("list the API keys")?`.
pub(crate) trait Doing<T> {
    fn doing(self, what: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, what: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::sql(what, source))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(Some(process)) => write!(
                f,
                "another `keyway serve` (process {process}) is using this database"
            ),
            Self::InUse(None) => f.write_str("another `keyway serve` is using this database"),
            Self::ReadOnly => f.write_str("the data directory cannot be written to"),
            Self::Full => f.write_str("no space is left in the data directory"),
            Self::Busy => f.write_str("another process is holding the database"),
            Self::Unreachable => f.write_str("the path cannot be used"),
            Self::Damaged => f.write_str("the file is damaged, or not a database of Keyway"),
            Self::Away => f.write_str("the database server cannot be reached"),
            Self::Refused => {
                f.write_str("the database server refuses the user, the password or the database")
            }
            Self::Address => {
                f.write_str("the URL is not one of a PostgreSQL server (postgres://user@host/name)")
            }
            Self::Old => f.write_str("PostgreSQL 14 or newer is needed"),
            Self::Newer => f.write_str("the database was written by a newer version of Keyway"),
            Self::Conflict => f.write_str("it is there already"),
            Self::Missing => f.write_str("what it belongs to is not there"),
            Self::KeyRetired => f.write_str("the master key was taken away meanwhile"),
            Self::NotText => f.write_str("a text holds the character U+0000"),
            Self::Other => f.write_str("the database failed"),
        }
    }
}

impl From<StoreError> for Error {
    /// What a client learns of it: next to nothing. The source goes to the log.
    fn from(error: StoreError) -> Self {
        let (kind, code, message) = match error.reason {
            Reason::Conflict => (Kind::Conflict, "conflict", "it is there already"),
            Reason::NotText => (
                Kind::Invalid,
                "invalid_text",
                "a text may not hold the character U+0000",
            ),
            Reason::KeyRetired => (
                Kind::Unavailable,
                "master_key_retired",
                "the master key was changed meanwhile, and nothing was stored; try again",
            ),
            Reason::Full | Reason::ReadOnly | Reason::Busy | Reason::Away | Reason::Refused => (
                Kind::Unavailable,
                "store_unavailable",
                "the gateway's database cannot be written to right now",
            ),
            _ => return Self::internal(error),
        };
        Self::new(kind, code, message).with_source(error)
    }
}

/// `SQLITE_CONSTRAINT_TRIGGER`. The only triggers that a statement of ours can meet are those that
/// keep retired master keys out.
const GUARDED: u32 = 1811;

fn reason_of(error: &sqlx::Error) -> Reason {
    match error {
        sqlx::Error::PoolTimedOut => Reason::Busy,
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => Reason::Away,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Reason::Damaged,
        sqlx::Error::Database(database) => {
            if database.is_unique_violation() {
                return Reason::Conflict;
            }
            if database.is_foreign_key_violation() {
                return Reason::Missing;
            }
            if database.try_downcast_ref::<PgDatabaseError>().is_some() {
                return by_state(&database.code().unwrap_or_default());
            }
            let code = database.code().and_then(|code| code.parse::<u32>().ok());
            if code == Some(GUARDED) {
                return Reason::KeyRetired;
            }
            // SQLite keeps the primary result code in the low byte of the extended one.
            match code.map(|code| code & 0xff) {
                Some(5 | 6) => Reason::Busy,
                Some(8) => Reason::ReadOnly,
                Some(11 | 26) => Reason::Damaged,
                Some(13) => Reason::Full,
                Some(14) => Reason::Unreachable,
                _ => Reason::Other,
            }
        }
        _ => Reason::Other,
    }
}

/// What PostgreSQL says by its states. `KW001` is what our triggers say of a master key.
fn by_state(state: &str) -> Reason {
    match state {
        "KW001" => Reason::KeyRetired,
        // A lock that was not free in time, a statement that took too long, and what gave way to another.
        "55P03" | "57014" | "40001" | "40P01" => Reason::Busy,
        "22021" | "22P05" => Reason::NotText,
        "53100" => Reason::Full,
        "25006" => Reason::ReadOnly,
        "3D000" => Reason::Refused,
        _ if state.starts_with("28") => Reason::Refused,
        _ if ["08", "53", "57"]
            .iter()
            .any(|class| state.starts_with(class)) =>
        {
            Reason::Away
        }
        _ => Reason::Other,
    }
}

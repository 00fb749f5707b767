use std::fmt;

use keyway_core::{Error, Kind};

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
    /// A newer version of Keyway wrote the database.
    Newer,
    /// A row like this is there already.
    Conflict,
    /// A row this one belongs to is not there.
    Missing,
    /// It is sealed with a master key that was taken away.
    KeyRetired,
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
            Self::Newer => f.write_str("the database was written by a newer version of Keyway"),
            Self::Conflict => f.write_str("it is there already"),
            Self::Missing => f.write_str("what it belongs to is not there"),
            Self::KeyRetired => f.write_str("the master key was taken away meanwhile"),
            Self::Other => f.write_str("the database failed"),
        }
    }
}

impl From<StoreError> for Error {
    /// What a client learns of it: next to nothing. The source goes to the log.
    fn from(error: StoreError) -> Self {
        let (kind, code, message) = match error.reason {
            Reason::Conflict => (Kind::Conflict, "conflict", "it is there already"),
            Reason::KeyRetired => (
                Kind::Unavailable,
                "master_key_retired",
                "the master key was changed meanwhile, and nothing was stored; try again",
            ),
            Reason::Full | Reason::ReadOnly | Reason::Busy => (
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
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Reason::Damaged,
        sqlx::Error::Database(database) => {
            if database.is_unique_violation() {
                return Reason::Conflict;
            }
            if database.is_foreign_key_violation() {
                return Reason::Missing;
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

use std::time::Duration;

use sqlx::error::DatabaseError;

/// How often a statement is said again.
const MOST: u32 = 5;

/// How long it is waited before the first time; twice as long before each one after it.
const PAUSE: Duration = Duration::from_millis(5);

/// The attempts of one statement that is its own transaction: what failed of it never was.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    made: u32,
}

impl Attempts {
    /// Whether it may be said again after this.
    pub(super) fn another(&mut self, error: &sqlx::Error) -> bool {
        self.made += 1;
        self.made <= MOST && gave_way(error)
    }

    /// Lets the one it gave way to end.
    pub(super) async fn pause(&self) {
        tokio::time::sleep(PAUSE * 2_u32.pow(self.made.min(MOST))).await;
    }
}

/// Whether the database gave it up for another: a serialization failure, or a deadlock.
fn gave_way(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

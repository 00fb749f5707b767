use std::pin::Pin;

use sha2::{Digest as _, Sha256};

use super::{Connection, Dialect, query};

/// Waits for names, and then has them.
pub(crate) type Taking<'c> = Pin<Box<dyn Future<Output = Result<(), sqlx::Error>> + Send + 'c>>;

/// What a transaction of SQLite has without asking: there is only one that writes. On PostgreSQL the
/// transactions that must not run beside each other say so by names they agreed on (ADR 0052).
impl Connection {
    /// Waits until no other transaction is alone with one of these names, or shares it, and keeps them
    /// until this one ends. All that a transaction needs is taken in one go, so that two never wait for
    /// each other.
    pub(crate) fn alone<N: IntoIterator<Item = String>>(
        &mut self,
        names: impl FnOnce() -> N,
    ) -> Taking<'_> {
        let take = "SELECT pg_advisory_xact_lock(value::bigint) FROM json_each($1)";
        let numbers = self.numbers(names);
        Box::pin(self.take(take, numbers))
    }

    /// The same, but others may share the names: only nobody may be alone with them.
    pub(crate) fn shared<N: IntoIterator<Item = String>>(
        &mut self,
        names: impl FnOnce() -> N,
    ) -> Taking<'_> {
        let take = "SELECT pg_advisory_xact_lock_shared(value::bigint) FROM json_each($1)";
        let numbers = self.numbers(names);
        Box::pin(self.take(take, numbers))
    }

    /// The numbers of names; none where nobody asks for them.
    fn numbers<N: IntoIterator<Item = String>>(&self, names: impl FnOnce() -> N) -> Vec<i64> {
        if self.dialect() == Dialect::Sqlite {
            return Vec::new();
        }
        let mut numbers: Vec<i64> = names().into_iter().map(|name| number(&name)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    async fn take(&mut self, take: &'static str, numbers: Vec<i64>) -> Result<(), sqlx::Error> {
        if numbers.is_empty() {
            return Ok(());
        }
        query(take)
            .bind(format!("{numbers:?}"))
            .execute(self)
            .await
            .map(drop)
    }
}

/// The number of a name: advisory locks have nothing else.
fn number(name: &str) -> i64 {
    let digest = Sha256::digest(name);
    digest
        .first_chunk()
        .map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

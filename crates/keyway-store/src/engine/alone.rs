use sha2::{Digest as _, Sha256};

use super::{Connection, Dialect, query};

/// What a transaction of SQLite has without asking: there is only one that writes. On PostgreSQL the
/// transactions that must not run beside each other say so by names they agreed on (ADR 0052).
impl Connection {
    /// Waits until no other transaction is alone with one of these names, or shares it, and keeps them
    /// until this one ends. All that a transaction needs is taken in one go, so that two never wait for
    /// each other.
    pub(crate) async fn alone<N: IntoIterator<Item = String>>(
        &mut self,
        names: impl FnOnce() -> N,
    ) -> Result<(), sqlx::Error> {
        let take = "SELECT pg_advisory_xact_lock(value::bigint) FROM json_each($1)";
        self.take(take, names).await
    }

    /// The same, but others may share the names: only nobody may be alone with them.
    pub(crate) async fn shared<N: IntoIterator<Item = String>>(
        &mut self,
        names: impl FnOnce() -> N,
    ) -> Result<(), sqlx::Error> {
        let take = "SELECT pg_advisory_xact_lock_shared(value::bigint) FROM json_each($1)";
        self.take(take, names).await
    }

    async fn take<N: IntoIterator<Item = String>>(
        &mut self,
        take: &'static str,
        names: impl FnOnce() -> N,
    ) -> Result<(), sqlx::Error> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(());
        }
        let mut numbers: Vec<i64> = names().into_iter().map(|name| number(&name)).collect();
        numbers.sort_unstable();
        numbers.dedup();
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

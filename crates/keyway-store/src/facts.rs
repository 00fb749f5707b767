use crate::error::Doing as _;
use crate::{Store, StoreError};

/// Facts belong to the installation, not to an organization, so these calls name none.
impl Store {
    /// What is recorded under `name`.
    pub async fn fact(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query_scalar("SELECT value FROM facts WHERE name = $1")
            .bind(name)
            .fetch_optional(self.pool())
            .await
            .doing("read a fact")
    }

    /// Records a fact unless one is recorded under `name` already. Answers what is recorded.
    pub async fn record_fact(&self, name: &str, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut transaction = self.write("record a fact").await?;
        sqlx::query(
            "INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(value)
        .execute(&mut *transaction)
        .await
        .doing("record a fact")?;
        let recorded = sqlx::query_scalar("SELECT value FROM facts WHERE name = $1")
            .bind(name)
            .fetch_one(&mut *transaction)
            .await
            .doing("record a fact")?;
        transaction.commit().await.doing("record a fact")?;
        Ok(recorded)
    }

    /// A number that has grown since it was last read when any API key changed, in any process.
    pub async fn auth_epoch(&self) -> Result<i64, StoreError> {
        sqlx::query_scalar("SELECT value FROM counters WHERE name = 'auth_epoch'")
            .fetch_one(self.pool())
            .await
            .doing("read the change counter")
    }
}

/// Part of every transaction that changes who may come in.
pub(crate) async fn bump_auth_epoch(
    connection: &mut sqlx::SqliteConnection,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'auth_epoch'")
        .execute(connection)
        .await
        .map(drop)
        .doing("count a change")
}

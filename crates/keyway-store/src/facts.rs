use crate::engine::{Connection, query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// Facts belong to the installation, not to an organization, so these calls name none.
impl Store {
    /// What is recorded under `name`.
    pub async fn fact(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        query_scalar("SELECT value FROM facts WHERE name = $1")
            .bind(name)
            .fetch_optional(self.pool())
            .await
            .doing("read a fact")
    }

    /// Records a fact unless one is recorded under `name` already. Answers what is recorded.
    pub async fn record_fact(&self, name: &str, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut transaction = self.write("record a fact").await?;
        query("INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(value)
            .execute(&mut *transaction)
            .await
            .doing("record a fact")?;
        let recorded = query_scalar("SELECT value FROM facts WHERE name = $1")
            .bind(name)
            .fetch_one(&mut *transaction)
            .await
            .doing("record a fact")?;
        transaction.commit().await.doing("record a fact")?;
        Ok(recorded)
    }

    /// Records a fact in place of another, or of none, only while that is still so. Answers whether
    /// it was.
    pub async fn replace_fact(
        &self,
        name: &str,
        was: Option<&[u8]>,
        value: &[u8],
    ) -> Result<bool, StoreError> {
        let statement = match was {
            None => "INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            Some(_) => "UPDATE facts SET value = $2 WHERE name = $1 AND value = $3",
        };
        let query = query(statement).bind(name).bind(value);
        let query = match was {
            None => query,
            Some(was) => query.bind(was),
        };
        let done = query.execute(self.pool()).await.doing("replace a fact")?;
        Ok(done.rows_affected() > 0)
    }

    /// Records a fact, whatever was recorded before.
    pub async fn set_fact(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        query(
            "INSERT INTO facts (name, value) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(self.pool())
        .await
        .map(drop)
        .doing("record a fact")
    }

    /// A number that has grown since it was last read when any API key changed, in any process.
    pub async fn auth_epoch(&self) -> Result<i64, StoreError> {
        query_scalar("SELECT value FROM counters WHERE name = 'auth_epoch'")
            .fetch_one(self.pool())
            .await
            .doing("read the change counter")
    }
}

/// Part of every transaction that changes who may come in.
pub(crate) async fn bump_auth_epoch(connection: &mut Connection) -> Result<(), StoreError> {
    query("UPDATE counters SET value = value + 1 WHERE name = 'auth_epoch'")
        .execute(connection)
        .await
        .map(drop)
        .doing("count a change")
}

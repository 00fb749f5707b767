use crate::engine::{Dialect, query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// A column whose values are sealed by the vault for the place they stand at: organization, table,
/// column and row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretColumn {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The column that names the organization; `None` where a row belongs to none.
    pub organization: Option<&'static str>,
    /// The column that names the row.
    pub row: &'static str,
    /// The rows that are sealed, where others of the table are not.
    pub only: Option<&'static [&'static str]>,
}

/// The name of the fact that proves the master key. It is sealed for a place of its own.
pub const KEY_CHECK: &str = "master_key_check";

/// The name of the fact that keeps the public signing keys of master keys that are gone.
pub const RETIRED_SIGNING_KEYS: &str = "retired_signing_keys";

/// Every column that holds what the vault sealed, but for [`KEY_CHECK`]. What is not in this list
/// would be lost with the next rotation of the master key; a test holds it equal to the schema.
pub const SECRET_COLUMNS: &[SecretColumn] = &[
    SecretColumn {
        table: "credentials",
        column: "sealed",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "credential_grants",
        column: "sealed",
        organization: Some("organization_id"),
        row: "credential_id",
        only: None,
    },
    SecretColumn {
        table: "credential_sign_ins",
        column: "sealed",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "connectors",
        column: "sealed",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "credential_clients",
        column: "sealed",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "approvals",
        column: "arguments",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "installations",
        column: "sealed",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "installations",
        column: "sealed_before",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "installations",
        column: "secrets",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "installations",
        column: "token",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "install_attempts",
        column: "sealed",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "deliveries",
        column: "received",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "webhook_endpoints",
        column: "secret",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "tasks",
        column: "request",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "webhook_endpoints",
        column: "secret_before",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "webhook_messages",
        column: "body",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "tasks",
        column: "outcome",
        organization: Some("organization_id"),
        row: "id",
        only: None,
    },
    SecretColumn {
        table: "facts",
        column: "value",
        organization: None,
        row: "name",
        only: Some(&[RETIRED_SIGNING_KEYS]),
    },
];

/// A sealed value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// The organization; empty where the row belongs to none.
    pub organization: String,
    /// The row.
    pub row: String,
    /// The sealed value. `None` where it is nothing or no bytes at all.
    pub sealed: Option<Vec<u8>>,
}

/// Sealed values of every organization: these calls are the vault's, which opens nothing of a place
/// that is not its own.
impl Store {
    /// How many sealed values a column has.
    pub async fn count_sealed(&self, of: &SecretColumn) -> Result<u64, StoreError> {
        let (table, filter) = (of.table, of.filter());
        let count: i64 = query_scalar(sqlx::AssertSqlSafe(format!(
            "SELECT count(*) FROM {table} WHERE {filter}"
        )))
        .fetch_one(self.pool())
        .await
        .doing("count what is sealed")?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The sealed values of a column after a row, at most so many, by row.
    pub async fn sealed_after(
        &self,
        of: &SecretColumn,
        after: &str,
        most: u32,
    ) -> Result<Vec<SealedRow>, StoreError> {
        let SecretColumn {
            table, column, row, ..
        } = of;
        let organization = of.organization.unwrap_or("''");
        let filter = of.filter();
        // What somebody wrote there by hand may be anything in SQLite.
        let sealed = match self.pool().dialect() {
            Dialect::Sqlite => format!("CASE typeof({column}) WHEN 'blob' THEN {column} END"),
            Dialect::Postgres => (*column).to_owned(),
        };
        let rows: Vec<(String, String, Option<Vec<u8>>)> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {organization}, {row}, {sealed} FROM {table} WHERE {row} > $1 AND {filter} ORDER BY {row} LIMIT $2"
        )))
        .bind(after)
        .bind(most)
        .fetch_all(self.pool())
        .await
        .doing("read what is sealed")?;
        let row = |(organization, row, sealed)| SealedRow {
            organization,
            row,
            sealed,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Replaces sealed values of a column, each only while it is still what was read. Answers how
    /// many were.
    pub async fn replace_sealed(
        &self,
        of: &SecretColumn,
        changes: &[(&SealedRow, Vec<u8>)],
    ) -> Result<u64, StoreError> {
        let doing = "replace what is sealed";
        let SecretColumn {
            table, column, row, ..
        } = of;
        let statement =
            format!("UPDATE {table} SET {column} = $1 WHERE {row} = $2 AND {column} = $3");
        let mut replaced = 0;
        let mut writing = if self.is_shared() {
            None
        } else {
            Some(self.write(doing).await?)
        };
        for (was, sealed) in changes {
            let replace = query(sqlx::AssertSqlSafe(statement.clone()))
                .bind(sealed)
                .bind(&was.row)
                .bind(&was.sealed);
            let done = match &mut writing {
                Some(transaction) => replace.execute(&mut **transaction).await,
                // Each for itself: whoever writes one of them meanwhile is not waited for by the others.
                None => replace.execute(self.pool()).await,
            };
            replaced += done.doing(doing)?.rows_affected();
        }
        if let Some(transaction) = writing {
            transaction.commit().await.doing(doing)?;
        }
        Ok(replaced)
    }

    /// A number that grows with every change of the master keys.
    pub async fn key_epoch(&self) -> Result<i64, StoreError> {
        let epoch = query_scalar("SELECT value FROM counters WHERE name = 'key_epoch'")
            .fetch_optional(self.pool())
            .await
            .doing("read the change counter of master keys")?;
        Ok(epoch.unwrap_or_default())
    }

    /// From here on nothing is stored that is sealed with one of these keys, whoever still has it.
    /// Keys go by their ids in hexadecimal.
    pub async fn retire_keys(&self, keys: &[String]) -> Result<(), StoreError> {
        let doing = "retire master keys";
        let mut transaction = self.write(doing).await?;
        // Whoever is about to store something sealed with one of them is waited for.
        let name = || ["retired_keys".to_owned()];
        transaction.alone(name).await.doing(doing)?;
        for key in keys {
            query("INSERT INTO retired_keys (key_id) VALUES ($1) ON CONFLICT DO NOTHING")
                .bind(key)
                .execute(&mut *transaction)
                .await
                .doing(doing)?;
        }
        transaction.commit().await.doing(doing)
    }

    /// Lets keys seal again.
    pub async fn reinstate_keys(&self, keys: &[String]) -> Result<(), StoreError> {
        let doing = "reinstate master keys";
        let mut transaction = self.write(doing).await?;
        for key in keys {
            query("DELETE FROM retired_keys WHERE key_id = $1")
                .bind(key)
                .execute(&mut *transaction)
                .await
                .doing(doing)?;
        }
        transaction.commit().await.doing(doing)
    }

    /// Counts a change of the master keys, so that a process that serves reads them again.
    pub async fn bump_key_epoch(&self) -> Result<(), StoreError> {
        query(
            "INSERT INTO counters (name, value) VALUES ('key_epoch', 1) \
             ON CONFLICT (name) DO UPDATE SET value = counters.value + 1",
        )
        .execute(self.pool())
        .await
        .map(drop)
        .doing("count a change of master keys")
    }
}

impl SecretColumn {
    /// The condition that is true of sealed rows: names of the list above, nothing else.
    fn filter(&self) -> String {
        match self.only {
            None => format!("{} IS NOT NULL", self.column),
            Some(rows) => {
                let rows: Vec<_> = rows.iter().map(|row| format!("'{row}'")).collect();
                format!("{} IN ({})", self.row, rows.join(", "))
            }
        }
    }
}

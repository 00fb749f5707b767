use sqlx::SqlSafeStr;
use sqlx::SqlStr;

/// Which engine's SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQLite's.
    Sqlite,
    /// PostgreSQL's.
    Postgres,
}

impl Dialect {
    /// What ends a look at a row that has to stay as it is until what is written by it is there. SQLite
    /// writes one statement at a time.
    pub(crate) fn stays(self) -> &'static str {
        self.pick("", " FOR SHARE")
    }

    /// One of two, by the engine.
    pub(crate) fn pick<T>(self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres => postgres,
        }
    }
}

/// A statement, and how the second engine says it where it does so differently.
#[derive(Debug)]
pub(crate) struct Sql {
    text: SqlStr,
    postgres: Option<SqlStr>,
}

impl Sql {
    pub(super) fn of(self, dialect: Dialect) -> SqlStr {
        match (dialect, self.postgres) {
            (Dialect::Postgres, Some(postgres)) => postgres,
            _ => self.text,
        }
    }
}

/// What can be a statement: a text of the program, what was asserted to hold nothing of a user's, or a
/// [`pair`].
pub(crate) trait IntoSql {
    fn into_sql(self) -> Sql;
}

impl<T: SqlSafeStr> IntoSql for T {
    fn into_sql(self) -> Sql {
        Sql {
            text: self.into_sql_str(),
            postgres: None,
        }
    }
}

/// One statement as each engine says it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    sqlite: &'static str,
    postgres: &'static str,
}

/// One statement as each engine says it.
pub(crate) const fn pair(sqlite: &'static str, postgres: &'static str) -> Pair {
    Pair { sqlite, postgres }
}

impl IntoSql for Pair {
    fn into_sql(self) -> Sql {
        Sql {
            text: self.sqlite.into_sql_str(),
            postgres: Some(self.postgres.into_sql_str()),
        }
    }
}

use std::marker::PhantomData;

use sqlx::SqlStr;
use sqlx::postgres::PgRow;
use sqlx::sqlite::{SqliteArguments, SqliteRow};

use super::Dialect;
use super::pool::{Executor, Target};
use super::retry::Attempts;
use super::sql::{IntoSql, Sql};
use super::value::{self, Value};

/// What both engines' rows can be read as.
pub(crate) trait FromRow:
    for<'r> sqlx::FromRow<'r, SqliteRow> + for<'r> sqlx::FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> FromRow for T where
    T: for<'r> sqlx::FromRow<'r, SqliteRow> + for<'r> sqlx::FromRow<'r, PgRow> + Send + Unpin
{
}

/// A statement and what is bound to it.
#[derive(Debug)]
#[must_use]
pub(crate) struct Query<'q> {
    sql: Sql,
    values: Vec<Value<'q>>,
}

/// The same, whose rows are each read as a `T`.
#[derive(Debug)]
#[must_use]
pub(crate) struct QueryAs<'q, T> {
    query: Query<'q>,
    rows: PhantomData<fn() -> T>,
}

/// The same, of whose rows only the first column is read.
#[derive(Debug)]
#[must_use]
pub(crate) struct QueryScalar<'q, T> {
    rows: QueryAs<'q, (T,)>,
}

/// What a statement did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Done {
    rows: u64,
}

impl Done {
    /// How many rows it changed.
    pub(crate) fn rows_affected(self) -> u64 {
        self.rows
    }
}

/// A statement of which no rows are read.
pub(crate) fn query<'q>(sql: impl IntoSql) -> Query<'q> {
    Query {
        sql: sql.into_sql(),
        values: Vec::new(),
    }
}

/// A statement whose rows are each read as a `T`.
pub(crate) fn query_as<'q, T>(sql: impl IntoSql) -> QueryAs<'q, T> {
    query(sql).reading()
}

/// A statement of whose rows only the first column is read.
pub(crate) fn query_scalar<'q, T>(sql: impl IntoSql) -> QueryScalar<'q, T> {
    QueryScalar {
        rows: query_as(sql),
    }
}

/// Runs a statement by functions of sqlx, wherever that is. On PostgreSQL one that is its own transaction
/// and gave way to another is said again. Boxed: both engines' ways are too long to stand in every function
/// that has statements.
macro_rules! run {
    ($query:expr, $on:expr, $make:path, $fetch:ident $(, $($then:tt)+)?) => {{
        let (query, target) = ($query, $on.into());
        Box::pin(async move { match target {
            Target::SqlitePool(pool) => {
                let (sql, arguments) = query.for_sqlite()?;
                $make(sql, arguments).$fetch(pool).await$($($then)+)?
            }
            Target::Sqlite(connection) => {
                let (sql, arguments) = query.for_sqlite()?;
                $make(sql, arguments).$fetch(connection).await$($($then)+)?
            }
            Target::PostgresPool(pool) => {
                let (sql, values) = query.for_postgres();
                let mut attempts = Attempts::default();
                loop {
                    let arguments = value::postgres(&values)?;
                    match $make(sql.clone(), arguments).$fetch(pool).await {
                        Err(error) if attempts.another(&error) => attempts.pause().await,
                        done => break done$($($then)+)?,
                    }
                }
            }
            Target::Postgres(connection) => {
                let (sql, values) = query.for_postgres();
                let arguments = value::postgres(&values)?;
                $make(sql, arguments).$fetch(connection).await$($($then)+)?
            }
        } })
        .await
    }};
}

impl<'q> Query<'q> {
    /// Binds the next placeholder.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Its rows are each read as a `T`.
    pub(crate) fn reading<T>(self) -> QueryAs<'q, T> {
        QueryAs {
            query: self,
            rows: PhantomData,
        }
    }

    /// Runs it and answers what it did.
    pub(crate) async fn execute<'c>(self, on: impl Executor<'c>) -> Result<Done, sqlx::Error> {
        run!(self, on, sqlx::query_with, execute, .map(|done| Done {
            rows: done.rows_affected()
        }))
    }

    pub(super) fn of(sql: Sql, values: Vec<Value<'q>>) -> Self {
        Self { sql, values }
    }

    fn for_sqlite(self) -> Result<(SqlStr, SqliteArguments), sqlx::Error> {
        let arguments = value::sqlite(self.values)?;
        Ok((self.sql.of(Dialect::Sqlite), arguments))
    }

    fn for_postgres(self) -> (SqlStr, Vec<Value<'q>>) {
        (self.sql.of(Dialect::Postgres), self.values)
    }
}

impl<'q, T> QueryAs<'q, T> {
    /// Binds the next placeholder.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.query = self.query.bind(value);
        self
    }
}

impl<T: FromRow> QueryAs<'_, T> {
    /// All its rows.
    pub(crate) async fn fetch_all<'c>(self, on: impl Executor<'c>) -> Result<Vec<T>, sqlx::Error> {
        run!(self.query, on, sqlx::query_as_with::<_, T, _>, fetch_all)
    }

    /// Its row. It is an error when there is none.
    pub(crate) async fn fetch_one<'c>(self, on: impl Executor<'c>) -> Result<T, sqlx::Error> {
        run!(self.query, on, sqlx::query_as_with::<_, T, _>, fetch_one)
    }

    /// Its row, where there is one.
    pub(crate) async fn fetch_optional<'c>(
        self,
        on: impl Executor<'c>,
    ) -> Result<Option<T>, sqlx::Error> {
        run!(
            self.query,
            on,
            sqlx::query_as_with::<_, T, _>,
            fetch_optional
        )
    }
}

impl<'q, T> QueryScalar<'q, T> {
    /// Binds the next placeholder.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.rows = self.rows.bind(value);
        self
    }
}

impl<T> QueryScalar<'_, T>
where
    (T,): FromRow,
{
    /// The first column of all its rows.
    pub(crate) async fn fetch_all<'c>(self, on: impl Executor<'c>) -> Result<Vec<T>, sqlx::Error> {
        let rows = self.rows.fetch_all(on).await?;
        Ok(rows.into_iter().map(|(first,)| first).collect())
    }

    /// The first column of its row. It is an error when there is none.
    pub(crate) async fn fetch_one<'c>(self, on: impl Executor<'c>) -> Result<T, sqlx::Error> {
        self.rows.fetch_one(on).await.map(|(first,)| first)
    }

    /// The first column of its row, where there is one.
    pub(crate) async fn fetch_optional<'c>(
        self,
        on: impl Executor<'c>,
    ) -> Result<Option<T>, sqlx::Error> {
        let row = self.rows.fetch_optional(on).await?;
        Ok(row.map(|(first,)| first))
    }
}

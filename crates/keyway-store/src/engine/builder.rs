use std::fmt::{Display, Write as _};

use sqlx::AssertSqlSafe;

use super::query::{Query, QueryAs};
use super::sql::IntoSql as _;
use super::value::Value;

/// A statement that is put together of parts. What comes from outside is bound, never pushed.
#[derive(Debug)]
pub(crate) struct QueryBuilder<'q> {
    text: String,
    values: Vec<Value<'q>>,
}

impl<'q> QueryBuilder<'q> {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            values: Vec::new(),
        }
    }

    /// Appends a part of the statement.
    pub(crate) fn push(&mut self, part: impl Display) -> &mut Self {
        // Writing to a text does not fail.
        let _ = write!(self.text, "{part}");
        self
    }

    /// Appends a placeholder and binds it.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.values.push(value.into());
        let place = self.values.len();
        self.push(format_args!("${place}"))
    }

    /// The statement, whose rows are each read as a `T`.
    pub(crate) fn build_query_as<T>(self) -> QueryAs<'q, T> {
        Query::of(AssertSqlSafe(self.text).into_sql(), self.values).reading()
    }
}

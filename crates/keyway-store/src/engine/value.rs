use std::borrow::Cow;

use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

/// What is bound to a placeholder. Without a value it still has a type: PostgreSQL wants to know.
#[derive(Debug)]
pub(crate) enum Value<'q> {
    /// `TEXT`.
    Text(Option<Cow<'q, str>>),
    /// `BIGINT`.
    Integer(Option<i64>),
    /// `BLOB`, `BYTEA`.
    Bytes(Option<Cow<'q, [u8]>>),
    /// `BOOLEAN`.
    Flag(Option<bool>),
}

/// The values as SQLite takes them.
pub(super) fn sqlite(values: Vec<Value<'_>>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match value {
            Value::Text(value) => arguments.add(value),
            Value::Integer(value) => arguments.add(value),
            Value::Bytes(Some(Cow::Borrowed(value))) => arguments.add(value),
            Value::Bytes(Some(Cow::Owned(value))) => arguments.add(value),
            Value::Bytes(None) => arguments.add(None::<Vec<u8>>),
            Value::Flag(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// The values as PostgreSQL takes them; they are kept, for who has to say it all again.
pub(super) fn postgres(values: &[Value<'_>]) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match value {
            Value::Text(value) => arguments.add(value.as_deref()),
            Value::Integer(value) => arguments.add(*value),
            Value::Bytes(value) => arguments.add(value.as_deref()),
            Value::Flag(value) => arguments.add(*value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// Each type that is bound, how it becomes a value, and the same of one that may be missing.
macro_rules! values {
    ($($type:ty => $variant:ident, $from:expr;)*) => {$(
        impl<'q> From<$type> for Value<'q> {
            fn from(value: $type) -> Self {
                Self::$variant(Some(($from)(value)))
            }
        }

        impl<'q> From<Option<$type>> for Value<'q> {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map($from))
            }
        }
    )*};
}

values! {
    &'q str => Text, Cow::Borrowed;
    &'q String => Text, |text: &'q String| Cow::Borrowed(text.as_str());
    String => Text, Cow::Owned;
    i64 => Integer, std::convert::identity;
    u32 => Integer, i64::from;
    &'q [u8] => Bytes, Cow::Borrowed;
    &'q Vec<u8> => Bytes, |bytes: &'q Vec<u8>| Cow::Borrowed(bytes.as_slice());
    Vec<u8> => Bytes, Cow::Owned;
    bool => Flag, std::convert::identity;
}

impl<'q> From<&'q Option<String>> for Value<'q> {
    fn from(value: &'q Option<String>) -> Self {
        Self::Text(value.as_deref().map(Cow::Borrowed))
    }
}

impl<'q> From<&'q Option<Vec<u8>>> for Value<'q> {
    fn from(value: &'q Option<Vec<u8>>) -> Self {
        Self::Bytes(value.as_deref().map(Cow::Borrowed))
    }
}

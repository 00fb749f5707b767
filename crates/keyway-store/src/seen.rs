use crate::StoreError;
use crate::engine::{Connection, query_scalar};
use crate::error::Doing as _;

/// A row that is about to be changed, and as which revision it was seen.
#[derive(Debug)]
pub struct Seen<'a, Id> {
    /// The row.
    pub id: &'a Id,
    /// The revision it was read as. Of another one nothing is changed; without one, whatever it is.
    pub revision: Option<i64>,
}

impl<Id> Clone for Seen<'_, Id> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Id> Copy for Seen<'_, Id> {}

impl<'a, Id> Seen<'a, Id> {
    /// The row as it was read.
    pub fn at(id: &'a Id, revision: Option<i64>) -> Self {
        Self { id, revision }
    }
}

impl<'a, Id> From<&'a Id> for Seen<'a, Id> {
    fn from(id: &'a Id) -> Self {
        Self::at(id, None)
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It was made.
    Done,
    /// There is no such row.
    Missing,
    /// Nothing was changed: the row is not what it was when it was seen.
    Stale,
    /// Nothing was changed: no owner who can come in would be left.
    LastOwner,
}

/// Why nothing was changed: asked with a query that tells whether the row is there.
pub(crate) async fn unchanged(
    connection: &mut Connection,
    exists: &'static str,
    organization: &str,
    id: &str,
) -> Result<Changed, StoreError> {
    let there: bool = query_scalar(exists)
        .bind(organization)
        .bind(id)
        .fetch_one(connection)
        .await
        .doing("look for what was to be changed")?;
    Ok(if there {
        Changed::Stale
    } else {
        Changed::Missing
    })
}

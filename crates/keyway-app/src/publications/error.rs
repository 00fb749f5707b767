use keyway_core::{Error, Kind};

pub(crate) fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "publication_not_found",
        "there is no publication with this id",
    )
    .with_hint("`keyway publications list` shows those that are there")
}

/// Somebody else changed it since it was read.
pub(super) fn stale() -> Error {
    Error::new(
        Kind::Conflict,
        "publication_changed",
        "the publication changed since it was read",
    )
    .with_hint("read it again, and make the change to what it is now")
}

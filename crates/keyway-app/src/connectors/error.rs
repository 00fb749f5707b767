use keyway_core::{Error, Kind};
use keyway_store::{Reason, StoreError};

pub(super) fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "connector_not_found",
        "there is no such connector",
    )
    .with_hint("`keyway connectors list` and the Integrations page show those that are there")
}

/// Somebody else changed it since it was read.
pub(super) fn stale() -> Error {
    Error::new(
        Kind::Conflict,
        "connector_changed",
        "the connector changed since it was read",
    )
    .with_hint("read it again, and make the change to what it is now")
}

pub(super) fn too_many(most: u32) -> Error {
    let message = format!("the organization has {most} connectors, which is the most there may be");
    Error::new(Kind::Conflict, "too_many_connectors", message)
        .with_hint("remove one that is not used any more")
}

pub(super) fn slug_taken(slug: &str, by: &str) -> Error {
    Error::invalid_at("/name", format!("a name of another key: `{slug}` is {by}"))
}

/// A connector that is reached without tokens was to be connected by somebody.
pub(super) fn without_oauth() -> Error {
    Error::new(
        Kind::Conflict,
        "connector_without_oauth",
        "nobody has to agree to anything for this connector",
    )
    .with_hint("it is reached with headers; change how it is authenticated to, to OAuth")
}

/// A sealed value that no key of this gateway opens.
pub(super) fn unreadable() -> Error {
    Error::new(
        Kind::Internal,
        "connector_unreadable",
        "the connector's secrets cannot be opened",
    )
    .with_hint("the master key is not the one they were sealed with; set them again")
}

/// What a store's refusal means here.
pub(super) fn told(found: StoreError, slug: &str) -> Error {
    match found.reason() {
        Reason::Conflict => slug_taken(slug, "another connector"),
        Reason::Missing => no_project(),
        _ => found.into(),
    }
}

pub(super) fn no_project() -> Error {
    Error::invalid_at("/project", "the slug of a project of the organization")
}

pub(super) fn no_secret() -> Error {
    Error::new(
        Kind::Conflict,
        "connector_without_secret",
        "the connector has no access token to replace",
    )
    .with_hint("change how it is authenticated to instead")
}

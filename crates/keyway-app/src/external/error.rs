use keyway_core::{Error, Kind};

/// A link that was used, has expired, was replaced, is for somebody elsewhere, or never was.
pub(super) fn link_gone() -> Error {
    Error::new(
        Kind::NotFound,
        "person_link_not_valid",
        "this link does not work any more",
    )
    .with_hint("press the button again: that gives another one, for ten minutes")
}

pub(super) fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "person_link_not_found",
        "there is no such link of a person",
    )
}

/// The person at the third party is somebody else here. Says nothing of whom.
pub(super) fn taken() -> Error {
    Error::new(
        Kind::Conflict,
        "person_taken",
        "this person is somebody here already, so nothing was changed",
    )
    .with_hint("whoever administers the organization can end that")
}

/// Who says so is somebody else at the third party.
pub(super) fn another() -> Error {
    Error::new(
        Kind::Conflict,
        "person_linked",
        "you are another person there already, so nothing was changed",
    )
    .with_hint("end that first, in My access")
}

pub(super) fn signed_in_only() -> Error {
    Error::new(
        Kind::Forbidden,
        "signed_in_only",
        "who somebody is at a third party is said by themselves, signed in",
    )
}

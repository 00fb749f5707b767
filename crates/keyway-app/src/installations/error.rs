use keyway_core::{Error, Kind};
use keyway_store::InstallationState;

pub(super) fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "installation_not_found",
        "there is no installation with this id",
    )
    .with_hint("`keyway installations list` shows those that are there")
}

/// Somebody else changed it since it was read.
pub(super) fn stale() -> Error {
    Error::new(
        Kind::Conflict,
        "installation_changed",
        "the installation changed since it was read",
    )
    .with_hint("read it again, and make the change to what it is now")
}

/// A sealed value that no key of this gateway opens.
pub(super) fn unreadable() -> Error {
    Error::new(
        Kind::Internal,
        "installation_unreadable",
        "what is kept of the installation cannot be opened",
    )
    .with_hint("the master key is not the one it was sealed with; install it anew")
}

/// The workspace is another installation's. Says nothing of whose.
pub(super) fn taken() -> Error {
    Error::new(
        Kind::Conflict,
        "workspace_taken",
        "this workspace is installed with the same app already, so nothing was changed",
    )
    .with_hint("remove the other installation first, or use another app")
}

/// A reinstall somewhere else.
pub(super) fn wrong_workspace() -> Error {
    Error::new(
        Kind::Conflict,
        "wrong_workspace",
        "this is another workspace than the one it is installed in, so nothing was changed",
    )
    .with_hint("choose the same workspace, or publish the agent once more for the other one")
}

/// An installation that nothing can be done with at the third party.
pub(super) fn not_there(state: InstallationState) -> Error {
    let (code, message) = match state {
        InstallationState::NeedsReauth => (
            "installation_needs_reauth",
            "the third party takes the installation's token no more",
        ),
        InstallationState::Suspended => (
            "installation_suspended",
            "the third party lets the installation do nothing for now",
        ),
        InstallationState::Revoked => ("installation_revoked", "the installation was uninstalled"),
        InstallationState::Waiting => (
            "installation_waiting",
            "somebody at the third party has to agree to the installation first",
        ),
        InstallationState::Pending | InstallationState::Installed => (
            "installation_pending",
            "the provider is not installed, so nothing can be done there",
        ),
    };
    let error = Error::new(Kind::Conflict, code, message);
    match state {
        InstallationState::Suspended | InstallationState::Waiting => error,
        _ => error.with_hint("install it: `keyway installations authorize` says where"),
    }
}

/// A browser came back with no state, or with one that nobody made.
pub(super) fn unknown_state() -> Error {
    again(
        "install_state_unknown",
        "nothing that began here leads to this page, so nothing was installed",
    )
}

/// A browser came back too late.
pub(super) fn expired() -> Error {
    again(
        "install_state_expired",
        "this took more than 10 minutes, so nothing was installed",
    )
}

/// A browser came back once more.
pub(super) fn used() -> Error {
    again(
        "install_state_used",
        "this was used already, so nothing was changed",
    )
}

/// Another browser than the one that began.
pub(super) fn other_browser() -> Error {
    again(
        "install_other_browser",
        "this began in another browser, so nothing was installed",
    )
}

/// Nobody who may install, or not any more.
pub(super) fn signed_out() -> Error {
    again(
        "install_signed_out",
        "nobody is signed in here who may install this, so nothing was installed",
    )
}

fn again(code: &'static str, message: &'static str) -> Error {
    Error::new(Kind::Malformed, code, message)
        .with_hint("open the install page of the publication again and begin anew")
}

/// Somebody at the third party said no.
pub(super) fn denied() -> Error {
    Error::new(
        Kind::Forbidden,
        "install_denied",
        "somebody at the third party said no, so nothing was installed",
    )
    .with_hint("open the install page of the publication again to ask once more")
}

/// The same for a link that never was, was used or revoked, or has expired.
pub(super) fn link_gone() -> Error {
    Error::new(
        Kind::NotFound,
        "setup_link_not_valid",
        "this link does not work, or no longer",
    )
    .with_hint("a link is good for one install, for seven days; ask for a new one")
}

/// There is nowhere a browser could come back to.
pub(super) fn no_address() -> Error {
    Error::new(
        Kind::Conflict,
        "address_unknown",
        "it is not known where this gateway is reached",
    )
    .with_hint("set `public_url` to its address")
}

/// Nothing to install, and nothing to uninstall.
pub(super) fn nothing_installed() -> Error {
    Error::new(
        Kind::Conflict,
        "install_not_offered",
        "this provider is not installed anywhere",
    )
    .with_hint("remove the publication instead")
}

use keyway_core::credential::CredentialScope;
use keyway_core::{CredentialDefinition, Error, Kind};

pub(super) fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "credential_not_found",
        "there is no such credential here",
    )
    .with_hint("`keyway credentials list` shows them")
}

pub(super) fn no_definition() -> Error {
    Error::new(
        Kind::NotFound,
        "credential_not_defined",
        "no credential of this key is defined here",
    )
    .with_hint("`keyway credentials definitions` shows the keys")
}

pub(super) fn narrow() -> Error {
    Error::new(
        Kind::Forbidden,
        "key_too_narrow",
        "a key that was made for less than its owner may do sets and ends no credentials of theirs",
    )
    .with_hint("use the page /connect, or a key with the scope `mcp`")
}

pub(super) fn no_check() -> Error {
    Error::new(
        Kind::Conflict,
        "credential_has_no_check",
        "its definition names no action that tells whether one is good",
    )
    .with_hint("its author says `.check(\"an:action\")`")
}

pub(super) fn no_project() -> Error {
    Error::new(
        Kind::NotFound,
        "project_not_found",
        "there is no project of this slug",
    )
    .with_hint("`keyway projects list` shows them")
}

pub(super) fn nothing_to_store() -> Error {
    Error::new(
        Kind::Conflict,
        "credential_is_none",
        "this service asks for nothing: there is nothing to store",
    )
}

pub(super) fn taken() -> Error {
    Error::new(
        Kind::Conflict,
        "name_taken",
        "a credential of this name is there already",
    )
}

pub(super) fn in_use(actions: &[&str]) -> Error {
    let named = actions.join("`, `");
    Error::new(
        Kind::Conflict,
        "credential_in_use",
        format!("this is the default that `{named}` would use"),
    )
    .with_hint("make another one the default first, or revoke it with --force (`force=true`)")
}

pub(super) fn not_yours() -> Error {
    Error::new(
        Kind::Forbidden,
        "not_your_credential",
        "people's own credentials are set by themselves, or by the operator at the terminal",
    )
}

/// The master key that sealed it is not there, or what is stored was altered.
pub(super) fn unreadable() -> Error {
    Error::new(
        Kind::Unavailable,
        "credential_unreadable",
        "what is stored of the credential cannot be opened",
    )
    .with_hint(
        "an operator finds the reason with `keyway vault verify`; set it again to replace it",
    )
}

/// What reaches whoever called an action: what is missing, and what a person can do about it.
pub(super) fn missing(
    definition: &CredentialDefinition,
    pin: Option<CredentialScope>,
    chosen: bool,
    pages: Option<&str>,
) -> Error {
    let key = definition.key();
    let whose = match pin {
        Some(CredentialScope::User) => "your own credential for",
        Some(CredentialScope::Project) => "a credential of the project for",
        _ => "a credential for",
    };
    let (code, message) = if chosen {
        (
            "credential_not_found",
            format!("there is no credential for `{key}` of the name that was chosen"),
        )
    } else {
        (
            "credential_missing",
            format!("this needs {whose} `{key}`, and there is none yet"),
        )
    };
    let scope = match pin {
        Some(CredentialScope::User) => "user",
        Some(CredentialScope::Project) => "project",
        _ => "org",
    };
    let fields = definition.fields();
    let field = fields.first().map_or("field", |field| field.name.as_str());
    let command = format!("keyway credentials set {key} --set {field}=@stdin --scope {scope}");
    let hint = match pages {
        Some(base) => format!("a person connects it at {base}/connect/{key}, or runs `{command}`"),
        None => {
            format!("a person connects it at /connect/{key} of this gateway, or runs `{command}`")
        }
    };
    Error::new(Kind::Conflict, code, message).with_hint(hint)
}

/// Only people have credentials of their own.
pub(super) fn needs_a_person(key: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "credential_needs_a_person",
        format!("this uses a person's own credential for `{key}`, and no person is asking"),
    )
    .with_hint("call it with the token or key of a person")
}

use keyway_core::credential::{CredentialKind, CredentialScope};
use keyway_core::{CredentialDefinition, Error, Kind};
use keyway_oauth::OAuthError;

use crate::people;

pub(super) fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "credential_not_found",
        "there is no such credential here",
    )
    .with_hint("`keyway credentials list` shows them")
}

pub(super) fn renamed_meanwhile() -> Error {
    let message = "the credential was changed meanwhile: it has another name";
    Error::new(Kind::Conflict, people::CHANGED_MEANWHILE, message)
        .with_hint("look at it again, and send the change with the name it has now")
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
    let command = if definition.kind() == CredentialKind::OAuth2 {
        format!("keyway connect {key} --scope {scope}")
    } else {
        let fields = definition.fields();
        let field = fields.first().map_or("field", |field| field.name.as_str());
        format!("keyway credentials set {key} --set {field}=@stdin --scope {scope}")
    };
    let hint = match pages {
        Some(base) => format!("a person connects it at {base}/connect/{key}, or runs `{command}`"),
        None => {
            format!("a person connects it at /connect/{key} of this gateway, or runs `{command}`")
        }
    };
    Error::new(Kind::Conflict, code, message).with_hint(hint)
}

/// Whoever asks for what is theirs has to be a person.
pub(super) fn no_person() -> Error {
    Error::new(
        Kind::Conflict,
        "credential_needs_a_person",
        "only a person has connections of their own, and no person is asking",
    )
    .with_hint("sign in, or use the token or key of a person")
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

/// Tokens that the gateway gets for itself were to be got by a person.
pub(super) fn for_itself(key: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "credential_is_the_gateways",
        format!("nobody has to agree to `{key}`: the gateway gets its tokens for itself"),
    )
    .with_hint("an administrator connects it, or changes its client id and secret")
}

/// A service that is connected in the browser was to be set by hand, or from a place without one.
pub(super) fn in_the_browser(key: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "credential_is_connected",
        format!("the credential `{key}` is connected in the browser, not typed in"),
    )
    .with_hint(format!(
        "use the page /connect/{key}, or run `keyway connect {key}`"
    ))
}

pub(super) fn nothing_to_connect() -> Error {
    Error::new(
        Kind::Conflict,
        "credential_is_typed",
        "this credential has no authorization server: its fields are typed in",
    )
}

/// The operator has not said who the gateway is there.
pub(super) fn no_client(key: &str) -> Error {
    Error::new(
        Kind::Unavailable,
        "credential_client_missing",
        format!("this gateway is not registered at the authorization server of `{key}` yet"),
    )
    .with_hint(format!(
        "an operator registers it there and sets `oauth_clients.{key}` in keyway.yaml"
    ))
}

/// A callback that answers nothing that was begun in this web session.
pub(super) fn not_this_sign_in() -> Error {
    Error::new(
        Kind::Conflict,
        "connect_state_wrong",
        "this answers nothing that was begun here: it was used, took too long, or is another one's",
    )
    .with_hint("open the page again and start anew")
}

/// What came of asking an authorization server. Nothing that it said is repeated but what kind of
/// refusal it was; the log has it cleaned.
pub(super) fn not_connected(key: &str, found: &OAuthError) -> Error {
    tracing::debug!(credential = key, error = %found, "a credential was not connected");
    let (kind, code, message) = match found {
        OAuthError::Denied(_) => (
            Kind::Conflict,
            "connect_denied",
            "access was denied at the service: nothing was connected",
        ),
        OAuthError::WrongIssuer(_) | OAuthError::WrongCallback(_) => (
            Kind::Conflict,
            "connect_answer_wrong",
            "what came back is no answer of the service's authorization server",
        ),
        OAuthError::ClientRefused(_) => (
            Kind::BadGateway,
            "connect_client_refused",
            "the authorization server does not take the client that this gateway is there",
        ),
        OAuthError::AuthorizationRefused(_) | OAuthError::TokenRefused(_) => (
            Kind::BadGateway,
            "connect_refused",
            "the authorization server refused to connect it",
        ),
        OAuthError::Unreachable { .. } => (
            Kind::BadGateway,
            "authorization_server_unreachable",
            "the authorization server could not be asked",
        ),
        _ => (
            Kind::BadGateway,
            "authorization_server_wrong",
            "what the authorization server says of itself, or answered, cannot be used",
        ),
    };
    let hint = match found {
        OAuthError::Denied(_) | OAuthError::WrongIssuer(_) | OAuthError::WrongCallback(_) => {
            "open the page again and start anew".to_owned()
        }
        OAuthError::Unreachable { .. } => "try again in a while".to_owned(),
        _ => format!("an operator checks the credential `{key}` and `oauth_clients.{key}`"),
    };
    Error::new(kind, code, message)
        .with_hint(hint)
        .with_source(found.code())
}

/// What was granted is gone: only a person can get another grant.
pub(crate) fn needs_reconnecting(key: &str, pages: Option<&str>) -> Error {
    let base = pages.unwrap_or_default();
    let at = match pages {
        Some(_) => format!("{base}/connect/{key}"),
        None => format!("/connect/{key} of this gateway"),
    };
    Error::new(
        Kind::Conflict,
        "credential_needs_reconnecting",
        format!("the credential `{key}` is not accepted any more: it has to be connected again"),
    )
    .with_hint(format!(
        "a person connects it again at {at}, or runs `keyway connect {key}`"
    ))
}

/// The token is over and its server could not be asked for another one.
pub(super) fn not_renewed(key: &str) -> Error {
    Error::new(
        Kind::Unavailable,
        "credential_not_renewed",
        format!("the access token of `{key}` is over, and another one could not be got just now"),
    )
    .with_hint("try again in a while; `keyway credentials list` shows what went wrong")
}

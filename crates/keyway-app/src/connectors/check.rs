use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use keyway_core::headers::is_of_mcp;
use keyway_core::{Error, Problem, Secret};
use url::Url;

use super::draft::{AuthDraft, ConnectorDraft, HeaderDraft};
use super::secrets::ConnectorSecrets;
use super::settings::{ConnectorSettings, HeaderSetting, OauthMode, OauthSettings};
use super::{address, slug_of};
use crate::people;

/// The most headers of one server.
const HEADERS: usize = 16;
/// The longest value of a header, in bytes.
const VALUE: usize = 8_192;
/// The most tools in a list of names, and the longest of the names.
const NAMES: (usize, usize) = (1_000, 128);
/// Time limits: from, to.
const LIMITS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_hours(1));

/// What a draft is checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// A connector to make: its key is made of its name.
    Making,
    /// A connector that is there.
    Changing,
}

/// A draft that is right in itself.
pub(super) struct Checked {
    pub(super) name: String,
    /// The key that is made of the name, where there is one.
    pub(super) slug: Option<String>,
    pub(super) url: Url,
    pub(super) settings: ConnectorSettings,
    pub(super) secrets: ConnectorSecrets,
}

/// Checks what somebody typed. `stored` are the secrets that stay where none were typed; there are none
/// for a new connector, or where they were given for another host.
///
/// # Errors
///
/// Everything that is wrong, each at its field. Never holds a value.
pub(super) fn check(
    draft: &ConnectorDraft,
    stored: &ConnectorSecrets,
    what: For,
) -> Result<Checked, Error> {
    let mut problems = Vec::new();
    let mut wrong = |pointer: &str, expected: &str| {
        problems.push(Problem {
            pointer: pointer.to_owned(),
            expected: expected.to_owned(),
        });
    };
    let name = people::checked_name(&draft.name);
    let slug = slug_of(&draft.name);
    match (&name, &slug) {
        (Err(_), _) => wrong("/name", "1 to 100 visible characters"),
        (Ok(_), None) if what == For::Making => {
            wrong("/name", "a name with a letter from a to z or a digit");
        }
        _ => {}
    }
    let url = address::read(&draft.url);
    if let Err(expected) = &url {
        wrong("/url", expected);
    }
    let mut settings = ConnectorSettings {
        allow: draft.allow.as_deref().map(names),
        deny: names(&draft.deny),
        connect_timeout_ms: draft.connect_timeout.map(milliseconds),
        call_timeout_ms: draft.call_timeout.map(milliseconds),
        ..ConnectorSettings::default()
    };
    for (pointer, list) in [
        ("/allow", settings.allow.as_deref().unwrap_or_default()),
        ("/deny", &settings.deny),
    ] {
        if list.len() > NAMES.0 || list.iter().any(|name| name.len() > NAMES.1) {
            wrong(pointer, "at most 1000 names of at most 128 bytes");
        }
    }
    for (pointer, limit) in [
        ("/connectTimeoutMs", draft.connect_timeout),
        ("/callTimeoutMs", draft.call_timeout),
    ] {
        if limit.is_some_and(|limit| limit < LIMITS.0 || limit > LIMITS.1) {
            wrong(pointer, "between 100 milliseconds and an hour");
        }
    }
    let mut secrets = ConnectorSecrets::default();
    match &draft.auth {
        AuthDraft::None => {}
        AuthDraft::Headers(headers) => {
            if headers.len() > HEADERS {
                wrong("/auth/headers", "at most 16 headers");
            }
            for (index, header) in headers.iter().enumerate().take(HEADERS) {
                match one(header, &stored.headers, &secrets.headers) {
                    Ok((setting, value)) => {
                        secrets.headers.insert(setting.name.to_lowercase(), value);
                        settings.headers.push(setting);
                    }
                    Err((member, expected)) => {
                        wrong(&format!("/auth/headers/{index}/{member}"), expected);
                    }
                }
            }
        }
        AuthDraft::Oauth(oauth) => {
            let client_id = given(oauth.client_id.as_deref());
            secrets.client_secret = oauth
                .client_secret
                .clone()
                .filter(|secret| !secret.expose().is_empty())
                .or_else(|| stored.client_secret.clone());
            if secrets.client_secret.is_some() && client_id.is_none() {
                wrong("/auth/clientId", "the client whose secret it is");
            }
            if oauth.mode == OauthMode::ClientCredentials {
                if client_id.is_none() {
                    wrong("/auth/clientId", "the client that the gateway is there");
                }
                if secrets.client_secret.is_none() {
                    wrong("/auth/clientSecret", "the secret of the client");
                }
            }
            settings.oauth = Some(OauthSettings {
                mode: oauth.mode,
                scopes: names(&oauth.scopes),
                client_id,
            });
        }
    }
    match (name, url) {
        (Ok(name), Ok(url)) if problems.is_empty() => Ok(Checked {
            name,
            slug,
            url,
            settings,
            secrets,
        }),
        _ => Err(Error::invalid_input(problems)),
    }
}

/// A header and its value, or the member that is wrong and what was expected.
fn one(
    header: &HeaderDraft,
    stored: &BTreeMap<String, Secret<String>>,
    before: &BTreeMap<String, Secret<String>>,
) -> Result<(HeaderSetting, Secret<String>), (&'static str, &'static str)> {
    let name = given(header.name.as_deref()).unwrap_or_else(|| "Authorization".to_owned());
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| ("name", "the name of a header, like X-Api-Key"))?;
    if is_of_mcp(parsed.as_str()) {
        return Err(("name", "a header that the connection does not write itself"));
    }
    if before.contains_key(parsed.as_str()) {
        return Err(("name", "each header once"));
    }
    let typed = header.value.as_ref();
    let typed = typed.map(|value| Secret::new(value.expose().trim().to_owned()));
    let value = typed.filter(|value| !value.expose().is_empty());
    let value = value.or_else(|| stored.get(parsed.as_str()).cloned());
    let value = value.ok_or(("value", "the access token that goes into the header"))?;
    let scheme = given(header.scheme.as_deref());
    let sendable = |text: &str| text.is_ascii() && HeaderValue::from_str(text).is_ok();
    if scheme
        .as_deref()
        .is_some_and(|scheme| scheme.len() > 64 || !scheme.bytes().all(|b| b.is_ascii_graphic()))
    {
        return Err(("scheme", "one word, like Bearer"));
    }
    if value.expose().len() > VALUE || !sendable(value.expose()) {
        return Err((
            "value",
            "visible ASCII characters in one line, at most 8192",
        ));
    }
    Ok((HeaderSetting { name, scheme }, value))
}

/// The text without space around it; `None` where nothing is left.
fn given(text: Option<&str>) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    Some(text.to_owned())
}

/// Each name once, in the order they were typed.
fn names(all: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in all.iter().filter_map(|name| given(Some(name))) {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

fn milliseconds(limit: Duration) -> u64 {
    u64::try_from(limit.as_millis()).unwrap_or(u64::MAX)
}

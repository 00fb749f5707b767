use keyway_core::Secret;

use super::ConnectorTarget;
use super::check::Checked;
use super::secrets::ConnectorSecrets;
use super::settings::ConnectorSettings;

/// How requests to a connector's server are authorized.
pub(super) enum Authorization {
    /// With headers that stay as they are; there may be none.
    Headers(Vec<(String, Secret<String>)>),
    /// With tokens of an instance of its credential: there is a connection for each of them.
    Tokens,
}

/// The one place that decides what is sent to the server of a connector.
pub(super) fn authorization(
    settings: &ConnectorSettings,
    secrets: &ConnectorSecrets,
) -> Authorization {
    if settings.oauth.is_some() {
        return Authorization::Tokens;
    }
    let headers = settings.headers.iter().filter_map(|header| {
        let value = secrets.headers.get(&header.name.to_lowercase())?;
        let value = match &header.scheme {
            Some(scheme) => Secret::new(format!("{scheme} {}", value.expose())),
            None => value.clone(),
        };
        Some((header.name.clone(), value))
    });
    Authorization::Headers(headers.collect())
}

/// Where something that was just typed leads. A server behind OAuth is reached without tokens.
pub(super) fn target(key: &str, enabled: bool, checked: &Checked) -> ConnectorTarget {
    let settings = &checked.settings;
    let headers = match authorization(settings, &checked.secrets) {
        Authorization::Headers(headers) => headers,
        Authorization::Tokens => Vec::new(),
    };
    ConnectorTarget {
        key: key.to_owned(),
        url: checked.url.clone(),
        headers,
        renewed: None,
        enabled,
        connect_timeout: settings.connect(),
        call_timeout: settings.call(),
        allow: settings.allow.clone(),
        deny: settings.deny.clone(),
        secrets: Vec::new(),
    }
}

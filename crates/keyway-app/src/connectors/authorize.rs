use std::sync::Arc;

use keyway_core::Secret;
use keyway_core::ports::HeaderSource;

use super::ConnectorTarget;
use super::check::Checked;

use super::secrets::ConnectorSecrets;
use super::settings::{ConnectorSettings, OauthMode};

/// How requests to a connector's server are authorized.
pub(super) enum Authorization {
    /// With headers that stay as they are; there may be none.
    Headers(Vec<(String, Secret<String>)>),
    /// With headers that are made of tokens.
    #[expect(
        dead_code,
        reason = "tokens of authorization servers are not wired up yet"
    )]
    Renewed(Arc<dyn HeaderSource>),
    /// With tokens of whoever calls: there is no connection that everybody shares.
    OfCaller,
}

/// The one place that decides what is sent to the server of a connector.
pub(super) fn authorization(
    settings: &ConnectorSettings,
    secrets: &ConnectorSecrets,
) -> Authorization {
    if settings.oauth.as_ref().map(|oauth| oauth.mode) == Some(OauthMode::PerUser) {
        return Authorization::OfCaller;
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
    let (headers, renewed) = match authorization(settings, &checked.secrets) {
        Authorization::Headers(headers) => (headers, None),
        Authorization::Renewed(source) => (Vec::new(), Some(source)),
        Authorization::OfCaller => (Vec::new(), None),
    };
    ConnectorTarget {
        key: key.to_owned(),
        url: checked.url.clone(),
        headers,
        renewed,
        enabled,
        connect_timeout: settings.connect(),
        call_timeout: settings.call(),
        allow: settings.allow.clone(),
        deny: settings.deny.clone(),
    }
}

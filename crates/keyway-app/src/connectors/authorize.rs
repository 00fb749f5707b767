use std::sync::Arc;

use keyway_core::Secret;
use keyway_core::ports::HeaderSource;

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

use keyway_core::Secret;

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

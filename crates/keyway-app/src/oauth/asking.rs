use keyway_core::scopes::Scope;
use keyway_core::{ClientId, Scopes};
use keyway_oauth::server::redirect::{Place, RedirectUri};
use keyway_store::oauth::ClientKind;

use super::clients::KnownClient;

/// A client that asks for consent, as a person is told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskingClient {
    /// Its id.
    pub id: ClientId,
    /// Its name, in its own words.
    pub name: String,
    /// The host that vouches for it, when it is known by the URL of its metadata.
    pub host: Option<String>,
    /// Where the answer is sent: host and port, or the scheme of an app. `None` for a device, which
    /// asks for it itself.
    pub redirect_host: Option<String>,
    /// True when nobody but itself vouches for its name.
    pub unverified: bool,
    /// True when the answer goes to a program on the person's own machine.
    pub loopback: bool,
}

/// A scope that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedScope {
    /// The scope.
    pub scope: Scope,
    /// True when the person has agreed to it before.
    pub agreed: bool,
}

impl AskingClient {
    pub(super) fn new(client: &KnownClient, back: Option<&RedirectUri>) -> Self {
        let place = back.map(RedirectUri::place);
        Self {
            id: client.id.clone(),
            name: client.metadata.name.to_string(),
            host: client.host(),
            redirect_host: back.map(place_of),
            unverified: client.kind == ClientKind::Registered,
            loopback: place == Some(Place::Loopback),
        }
    }
}

/// Each scope that is asked for, and whether it was agreed to before.
pub(super) fn asked(scopes: &Scopes, agreed: Option<&Scopes>) -> Vec<AskedScope> {
    let all = scopes.iter().cloned().map(|scope| AskedScope {
        agreed: agreed.is_some_and(|agreed| agreed.has(&scope)),
        scope,
    });
    all.collect()
}

/// Host and port, or the scheme of an app.
fn place_of(uri: &RedirectUri) -> String {
    let port = match uri.place() {
        Place::App => None,
        _ => url::Url::parse(uri.as_str())
            .ok()
            .and_then(|url| url.port()),
    };
    match port {
        Some(port) => format!("{}:{port}", uri.host()),
        None => uri.host().to_owned(),
    }
}

//! `keyway mcp connect`, `disconnect` and `grants`.

mod command;
mod disconnect;
mod find;
mod grants;

pub(super) use command::{Connect, run};
pub(super) use disconnect::{Disconnect, run as disconnect};
pub(crate) use find::find;
pub(super) use grants::{Grants, run as grants};

use keyway_client::grants::Place;
use keyway_core::ports::ProtectedResource;
use keyway_mcp::upstream::{Auth, ServerSpec, Transport};
use keyway_oauth::GrantInfo;
use serde_json::{Value, json};

use crate::local::LocalClient;

/// What a server behind OAuth is signed in to; `None` for every other.
pub(crate) fn resource(spec: &ServerSpec) -> Option<ProtectedResource> {
    match &spec.transport {
        Transport::Http(http) => match &http.auth {
            Auth::OAuth(oauth) => Some(oauth.resource(&http.url)),
            _ => None,
        },
        Transport::Stdio(_) => None,
    }
}

/// A grant for programs. The query of the address may hold a key.
fn grant_json(grant: &GrantInfo) -> Value {
    json!({
        "name": grant.name,
        "server": grant.server,
        "url": grant.url.split('?').next(),
        "issuer": grant.issuer,
        "clientId": grant.client_id,
        "scopes": grant.scopes,
        "obtainedAt": grant.obtained_at.to_string(),
        "expiresAt": grant.expires_at.map(|moment| moment.to_string()),
        "renewable": grant.renewable,
    })
}

/// Where grants are kept, in a word for programs.
fn kept_in(place: &Place) -> &'static str {
    match place {
        Place::Nowhere => "nowhere",
        Place::Keyring => "keyring",
        Place::Files { .. } => "files",
    }
}

/// Where grants are kept.
fn place(client: &LocalClient) -> Place {
    client.grants().place().unwrap_or(Place::Nowhere)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_an_address_is_not_told() {
        let told = grant_json(&GrantInfo {
            name: "mcp:files".into(),
            server: "files".into(),
            profile: String::new(),
            url: "https://a.example/mcp?key=canary".into(),
            issuer: "https://as.example".into(),
            client_id: "c".into(),
            scopes: Vec::new(),
            obtained_at: jiff::Timestamp::UNIX_EPOCH,
            expires_at: None,
            renewable: false,
            refused: false,
        });
        assert_eq!(told["url"], "https://a.example/mcp");
        assert!(!told.to_string().contains("canary"));
    }
}

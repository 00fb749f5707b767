use jiff::Timestamp;
use keyway_core::{ClientId, Error, ServiceAccountId};
use keyway_oauth::server::client::ClientMetadata;
use keyway_store::oauth::Client;

use super::clients::stored;

/// A client as it is listed.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientView {
    /// Its id.
    pub id: ClientId,
    /// Where it comes from: `registered`, `document`, `configured`.
    pub kind: &'static str,
    /// Its name, in its own words.
    pub name: String,
    /// Whether the organization lets it in.
    pub state: ClientState,
    /// How it proves itself.
    pub auth_method: &'static str,
    /// How it comes by tokens.
    pub grant_types: Vec<&'static str>,
    /// Where browsers may be sent for it.
    pub redirect_uris: Vec<String>,
    /// The most it may ask for, where there is such a bound.
    pub scope: Option<String>,
    /// Whom it acts as by itself.
    pub service_account: Option<ServiceAccountId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
    /// How often an admin changed it, from 1. A change may name the one it was made of.
    pub revision: i64,
}

/// Whether an organization lets a client in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientState {
    /// It does.
    Active,
    /// It does not: its tokens do not work there.
    Disabled,
}

impl ClientView {
    pub(super) fn of(row: Client, blocked: bool) -> Result<Self, Error> {
        let metadata: ClientMetadata = stored(&row)?;
        let uris = metadata.redirect_uris.iter();
        Ok(Self {
            kind: row.kind.as_str(),
            state: if blocked {
                ClientState::Disabled
            } else {
                ClientState::Active
            },
            auth_method: metadata.auth_method.as_str(),
            grant_types: metadata
                .grant_types
                .iter()
                .map(|grant| grant.as_str())
                .collect(),
            redirect_uris: uris.map(|uri| uri.as_str().to_owned()).collect(),
            scope: metadata.scope.as_ref().map(ToString::to_string),
            id: row.id,
            name: row.name,
            service_account: row.service_account,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            revision: row.revision,
        })
    }
}

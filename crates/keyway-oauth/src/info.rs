use std::fmt;

use jiff::Timestamp;

use crate::grant::Grant;

/// What is known of a grant, without its secrets. Its `Debug` does not show the URL: a secret may
/// have been filled into it.
#[derive(Clone, PartialEq, Eq)]
pub struct GrantInfo {
    /// The record's name: `mcp:<server>`, with `@<profile>` for servers of a project file.
    pub name: String,
    /// The server of the configuration.
    pub server: String,
    /// Whose it is: empty for the person's own servers.
    pub profile: String,
    /// The MCP endpoint it was granted for.
    pub url: String,
    /// Who granted it: the authorization server's identifier.
    pub issuer: String,
    /// The client it was granted to.
    pub client_id: String,
    /// What was granted.
    pub scopes: Vec<String>,
    /// When the access token was issued.
    pub obtained_at: Timestamp,
    /// When the access token expires, as far as is known.
    pub expires_at: Option<Timestamp>,
    /// True when there is a refresh token.
    pub renewable: bool,
    /// True once the server refused to renew it.
    pub refused: bool,
}

impl GrantInfo {
    /// What a record holds that is kept elsewhere, under this name; `None` for what is no record.
    pub fn of_record(name: &str, record: &[u8]) -> Option<Self> {
        let grant: Grant = serde_json::from_slice(record).ok()?;
        Some(grant.info(name))
    }
}

impl fmt::Debug for GrantInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrantInfo")
            .field("name", &self.name)
            .field("server", &self.server)
            .field("profile", &self.profile)
            .field("scopes", &self.scopes)
            .field("obtained_at", &self.obtained_at)
            .field("expires_at", &self.expires_at)
            .field("renewable", &self.renewable)
            .finish_non_exhaustive()
    }
}

/// What became of a grant that was to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// False when there was nothing to forget.
    pub existed: bool,
    /// What became of it at the authorization server.
    pub revocation: Revocation,
}

/// What became of the tokens at the authorization server (RFC 7009). They are forgotten here
/// whatever it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation {
    /// The server took them back.
    Revoked,
    /// The server offers no revocation: the tokens hold there until they expire.
    NotOffered,
    /// The server could not be asked or refused; the text says why.
    Failed(String),
}

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use keyway_core::Secret;
use keyway_core::ports::{AccessToken, ProtectedResource};
use serde::{Deserialize, Serialize};

use crate::GrantInfo;
use crate::address::endpoint;
use crate::identity::{Identity, Origin};
use crate::tokens::Tokens;

/// The prefix of the names of grants.
pub(crate) const PREFIX: &str = "mcp:";
/// An access token is renewed this long before it expires, or a tenth of its lifetime if that is
/// shorter.
const AHEAD: Duration = Duration::from_mins(1);
/// How long an access token is taken to hold when the server does not say, and it can be renewed.
const ASSUMED: Duration = Duration::from_hours(1);

/// What one authorization server granted for one resource: the record in the safe. Its
/// `Debug` shows no URL: a secret may have been filled into one.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) server: String,
    pub(crate) profile: String,
    /// The MCP endpoint it was granted for.
    pub(crate) url: String,
    /// The resource's identifier (RFC 8707); empty where it is not sent.
    pub(crate) resource: String,
    pub(crate) issuer: String,
    pub(crate) token_endpoint: String,
    pub(crate) revocation_endpoint: Option<String>,
    pub(crate) client: Identity,
    pub(crate) redirect_uri: String,
    #[serde(with = "crate::secret_text")]
    pub(crate) access_token: Secret<String>,
    #[serde(with = "crate::secret_text::optional", default)]
    pub(crate) refresh_token: Option<Secret<String>>,
    pub(crate) obtained_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    /// What was asked for.
    pub(crate) requested: Vec<String>,
    /// What was granted.
    pub(crate) scopes: Vec<String>,
    /// What calls turned out to need beyond that.
    #[serde(default)]
    pub(crate) wanted: Vec<String>,
    /// True once the server refused to renew it.
    #[serde(default)]
    pub(crate) refused: bool,
    /// How it came to be.
    #[serde(default)]
    pub(crate) by: By,
}

/// How a grant came to be, which is how it is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    /// A person agreed: it is renewed with a refresh token.
    #[default]
    Consent,
    /// The client got it for itself, and does so again.
    ClientCredentials,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant")
            .field("server", &self.server)
            .field("profile", &self.profile)
            .field("access_token", &self.access_token)
            .field("refresh_token", &self.refresh_token)
            .field("obtained_at", &self.obtained_at)
            .field("expires_at", &self.expires_at)
            .field("scopes", &self.scopes)
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}

/// The name of the record of a server's grant.
pub(crate) fn record_name(key: &str, profile: &str) -> String {
    if profile.is_empty() {
        format!("{PREFIX}{key}")
    } else {
        format!("{PREFIX}{key}@{profile}")
    }
}

impl Grant {
    /// Why the grant is not for this resource any more, if it is not. Tokens never go to another
    /// place than the one they were granted for.
    pub(crate) fn unfit(&self, resource: &ProtectedResource) -> Option<&'static str> {
        let same_url = match (endpoint(&self.url), endpoint(&resource.url)) {
            (Ok(granted), Ok(configured)) => granted == configured,
            _ => false,
        };
        if !same_url || self.profile != resource.profile {
            return Some("the server's URL changed since the sign-in");
        }
        let same_client = match &resource.client_id {
            Some(id) => self.client.origin == Origin::Configured && self.client.id == *id,
            None => self.client.origin != Origin::Configured,
        };
        (!same_client).then_some("the configured client_id changed since the sign-in")
    }

    pub(crate) fn access(&self) -> AccessToken {
        AccessToken::new(self.access_token.expose().clone())
    }

    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// True when the access token is about to expire.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        let Some(at) = self.expires_at else {
            return false;
        };
        let lifetime = at.duration_since(self.obtained_at).unsigned_abs();
        now >= at || at.duration_since(now).unsigned_abs() <= AHEAD.min(lifetime / 10)
    }

    /// True when another access token can be asked for: nothing was refused, and there is something to
    /// ask with.
    pub(crate) fn is_renewable(&self) -> bool {
        !self.refused && (self.refresh_token.is_some() || self.by == By::ClientCredentials)
    }

    /// Takes over what the token endpoint answered. A refresh token that is not replaced stays
    /// (RFC 6749 section 6), and so do scopes that are not named (section 5.1).
    pub(crate) fn take(&mut self, tokens: Tokens, now: Timestamp) {
        let stated = tokens.expires_in.or_else(|| tokens.lifetime_inside(now));
        // One that came with client credentials is not asked for (RFC 6749 section 4.4.3).
        self.refresh_token = match self.by {
            By::Consent => tokens.refresh.or_else(|| self.refresh_token.take()),
            By::ClientCredentials => None,
        };
        self.refused = false;
        self.expires_at = stated
            .or_else(|| self.is_renewable().then_some(ASSUMED))
            .and_then(|lifetime| now.checked_add(lifetime).ok());
        self.access_token = tokens.access;
        self.obtained_at = now;
        if let Some(scopes) = tokens.scopes {
            self.scopes = scopes;
        }
    }

    pub(crate) fn info(&self, name: &str) -> GrantInfo {
        GrantInfo {
            name: name.to_owned(),
            server: self.server.clone(),
            profile: self.profile.clone(),
            url: self.url.clone(),
            issuer: self.issuer.clone(),
            client_id: self.client.id.clone(),
            scopes: self.scopes.clone(),
            obtained_at: self.obtained_at,
            expires_at: self.expires_at,
            renewable: self.is_renewable(),
            refused: self.refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record as the first version wrote it. Records are kept: what was written once is read for
    /// good.
    const FIRST: &str = r#"{
        "server": "files", "profile": "", "url": "https://mcp.example/mcp",
        "resource": "https://mcp.example", "issuer": "https://as.example",
        "token_endpoint": "https://as.example/token", "revocation_endpoint": null,
        "client": {"id": "c", "secret": "s", "method": "client_secret_post", "origin": "registered"},
        "redirect_uri": "http://localhost:1456/auth/mcp/callback",
        "access_token": "a", "refresh_token": "r",
        "obtained_at": "2026-11-21T10:00:00Z", "expires_at": "2026-11-21T11:00:00Z",
        "requested": ["read"], "scopes": ["read"]
    }"#;

    fn first() -> Grant {
        serde_json::from_str(FIRST).unwrap()
    }

    #[test]
    fn a_record_of_the_first_version_is_read() {
        let grant = first();
        assert_eq!(grant.access_token.expose(), "a");
        let info = grant.info("mcp:files");
        assert!(info.renewable && !format!("{info:?}{grant:?}").contains("\"a\""));
    }

    #[test]
    fn a_panic_with_a_grant_says_no_secret() {
        let planted = FIRST
            .replace("\"a\"", "\"canary-access\"")
            .replace("\"r\"", "\"canary-refresh\"")
            .replace("\"s\"", "\"canary-client\"")
            .replace("/mcp\"", "/mcp?key=canary-query\"")
            .replace("mcp.example\"", "mcp.example?key=canary-resource\"")
            .replace("/token\"", "/token?key=canary-endpoint\"");
        assert_eq!(planted.matches("canary").count(), 6);
        let grant: Grant = serde_json::from_str(&planted).unwrap();
        let resource = ProtectedResource {
            url: grant.url.clone(),
            client_secret: Some(Secret::new("canary-configured".to_owned())),
            ..ProtectedResource::default()
        };
        let info = grant.info("mcp:files");
        let panicked = std::panic::catch_unwind(|| panic!("{grant:?} {info:#?} {resource:?}"));
        let message = panicked.unwrap_err().downcast::<String>().unwrap();
        assert!(message.contains("files"), "{message}");
        assert!(!message.contains("canary"), "{message}");
    }

    #[test]
    fn it_is_due_a_minute_ahead_or_a_tenth_of_its_lifetime() {
        let mut grant = first();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(!grant.is_due(at("2026-11-21T10:58:59Z")));
        assert!(grant.is_due(at("2026-11-21T10:59:00Z")));
        assert!(grant.is_due(at("2026-11-21T12:00:00Z")));
        grant.expires_at = Some(at("2026-11-21T10:00:10Z"));
        assert!(!grant.is_due(at("2026-11-21T10:00:08Z")));
        assert!(grant.is_due(at("2026-11-21T10:00:09Z")));
        grant.expires_at = None;
        assert!(!grant.is_due(at("2030-01-01T00:00:00Z")));
    }

    #[test]
    fn a_profile_has_records_of_its_own() {
        assert_eq!(record_name("files", ""), "mcp:files");
        assert_eq!(record_name("files", "p1"), "mcp:files@p1");
    }
}

use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::{Clock, HttpSend, Random};

use crate::{OAuthError, Safe, SignIn};

/// What a [`Client`](crate::Client) works with.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "holds ports only")]
pub struct Parts {
    /// Sends the requests to authorization servers.
    pub http: Arc<dyn HttpSend>,
    /// Keeps grants and registrations.
    pub safe: Arc<dyn Safe>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Makes `state` and PKCE verifiers.
    pub random: Arc<dyn Random>,
    /// The person, for when a call needs more than was granted. `None` where there is nobody.
    pub sign_in: Option<Arc<dyn SignIn>>,
    /// Told of renewals that failed, while the token before may still hold.
    pub failures: Option<Arc<dyn RenewalFailures>>,
    /// How the client presents itself.
    pub settings: ClientSettings,
}

/// Told of renewals that failed.
pub trait RenewalFailures: Send + Sync {
    /// The renewal for the server `key` failed so.
    fn renewal_failed(&self, key: &str, error: &OAuthError);
}

/// How the client presents itself to authorization servers.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// `client_name` of dynamic registrations (RFC 7591 section 2); people see it when they consent.
    pub client_name: String,
    /// `client_uri` of dynamic registrations.
    pub client_uri: Option<String>,
    /// The https URL of our Client ID Metadata Document, which is then the client id wherever the
    /// authorization server supports it (draft-ietf-oauth-client-id-metadata-document).
    pub client_metadata_url: Option<String>,
    /// How long one exchange with a server may take.
    pub timeout: Duration,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            client_name: String::from("Keyway"),
            client_uri: None,
            client_metadata_url: None,
            timeout: Duration::from_secs(30),
        }
    }
}

/// True for what can be the URL of a Client ID Metadata Document: https with a path, without user
/// name, password and fragment, and written as it is compared, so without dots that lead up
/// (draft-ietf-oauth-client-id-metadata-document, "Client Identifier").
///
/// ```
/// use keyway_oauth::is_client_metadata_url;
///
/// assert!(is_client_metadata_url("https://me.example/keyway.json"));
/// assert!(!is_client_metadata_url("http://me.example/keyway.json"));
/// assert!(!is_client_metadata_url("https://me.example/"));
/// ```
pub fn is_client_metadata_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        url.scheme() == "https"
            && url.path() != "/"
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && url.as_str() == text
    })
}

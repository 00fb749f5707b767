use super::super::client::ApplicationType;
use super::super::uri::BadUri;
use super::{Place, RedirectUri};

/// The most redirect URIs of one client.
pub const MAX_REDIRECT_URIS: usize = 20;

/// The redirect URIs of one client.
///
/// ```
/// use keyway_oauth::server::client::ApplicationType;
/// use keyway_oauth::server::redirect::RedirectUris;
///
/// let uris = RedirectUris::register(["http://127.0.0.1:3000/cb"], ApplicationType::Native).unwrap();
/// assert!(uris.find("http://127.0.0.1:51234/cb").is_some());
/// assert!(uris.find("http://localhost:3000/cb").is_none());
/// assert!(uris.find("http://127.0.0.1:3000/cb/").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUris {
    uris: Vec<RedirectUri>,
    application: ApplicationType,
}

impl RedirectUris {
    /// Checks the URIs that a client of this type wants to be sent to. Web applications have no
    /// schemes of apps. Twice the same counts once.
    pub fn register<'a>(
        texts: impl IntoIterator<Item = &'a str>,
        application: ApplicationType,
    ) -> Result<Self, BadUri> {
        let mut uris = Vec::new();
        for (nth, text) in texts.into_iter().enumerate() {
            if nth == MAX_REDIRECT_URIS {
                return Err(BadUri("a client may have 20 redirect URIs"));
            }
            let uri = RedirectUri::parse(text)?;
            if uri.place() == Place::App && application == ApplicationType::Web {
                return Err(BadUri(
                    "only clients with the application_type native may have the scheme of an app",
                ));
            }
            if !uris.contains(&uri) {
                uris.push(uri);
            }
        }
        Ok(Self { uris, application })
    }

    /// The URIs, in the order they were registered.
    pub fn iter(&self) -> impl Iterator<Item = &RedirectUri> {
        self.uris.iter()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.uris.is_empty()
    }

    /// True when every one of them leads to the machine of the browser, where any program can
    /// claim to be the client.
    pub fn only_loopback(&self) -> bool {
        let mut places = self.uris.iter().map(RedirectUri::place);
        !self.uris.is_empty() && places.all(|place| place == Place::Loopback)
    }

    /// The URI that a request means: one that is equal to a registered one, character by character
    /// (OAuth 2.1 section 2.3.1). Only the port of a loopback URI of a native application may be
    /// another one (RFC 8252 section 7.3).
    pub fn find(&self, requested: &str) -> Option<RedirectUri> {
        if let Some(known) = self.uris.iter().find(|uri| uri.as_str() == requested) {
            return Some(known.clone());
        }
        if self.application != ApplicationType::Native {
            return None;
        }
        let requested = RedirectUri::parse(requested).ok()?;
        let place = requested.without_port()?;
        let mut known = self.uris.iter().filter_map(RedirectUri::without_port);
        known.any(|known| known == place).then_some(requested)
    }
}

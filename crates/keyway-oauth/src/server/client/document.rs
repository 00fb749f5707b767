use keyway_core::ClientId;

use super::super::uri::{BadUri, Parts};

/// The URL of a Client ID Metadata Document, which is the id of its client
/// (draft-ietf-oauth-client-id-metadata-document, "Client Identifier").
///
/// ```
/// use keyway_oauth::server::client::{DocumentUrl, Http};
///
/// let parse = |text| DocumentUrl::parse(text, Http::Never);
/// assert_eq!(parse("https://app.example/client.json").unwrap().host(), "app.example");
/// assert!(parse("https://app.example/").is_err());
/// assert!(parse("https://app.example/x/../client.json").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DocumentUrl {
    text: String,
    host: String,
}

/// Whether documents may come without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Http {
    /// Never.
    Never,
    /// From this machine, to develop clients.
    Loopback,
}

impl DocumentUrl {
    /// Checks a URL: https, with a path, without user, fragment and dot segments. A query is let
    /// through, though the draft advises clients against it.
    pub fn parse(text: &str, http: Http) -> Result<Self, BadUri> {
        let (parts, authority) = match http {
            Http::Never => Parts::https(text)?,
            Http::Loopback => Parts::web(text)?,
        };
        if matches!(parts.path, "" | "/") {
            return Err(BadUri("the URL of a client metadata document has a path"));
        }
        Ok(Self {
            host: authority.host.to_owned(),
            text: text.to_owned(),
        })
    }

    /// The URL that a client id is, if it is one.
    pub fn of(id: &ClientId, http: Http) -> Option<Result<Self, BadUri>> {
        id.is_url().then(|| Self::parse(id.as_str(), http))
    }

    /// The URL, exactly as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, which a person is shown.
    pub fn host(&self) -> &str {
        &self.host
    }
}

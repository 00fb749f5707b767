use std::time::Duration;

/// The dials of the authorization server.
#[derive(Debug, Clone)]
pub struct OauthSettings {
    /// Whether clients may register themselves (RFC 7591).
    pub registration: Registration,
    /// Whether clients may be known by the URL of their metadata.
    pub documents: Documents,
    /// How long an access token is valid.
    pub access_ttl: Duration,
    /// How long everything that comes of one grant is valid, however often it is renewed.
    pub grant_ttl: Duration,
    /// How long an authorization code is valid.
    pub code_ttl: Duration,
    /// How long a code that a terminal shows is valid.
    pub device_ttl: Duration,
    /// After how long without a use a client that an admin did not make is forgotten.
    pub client_ttl: Duration,
    /// For how long a refresh token may be presented again, for an answer that was lost.
    pub refresh_grace: Duration,
}

/// Whether clients may register themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Any client may.
    Open,
    /// None may.
    Closed,
}

/// Whether clients may be known by the URL of their metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Documents {
    /// By https URLs.
    Https,
    /// Also by http URLs of this machine, to develop clients.
    Loopback,
    /// No.
    Off,
}

impl Default for OauthSettings {
    fn default() -> Self {
        Self {
            registration: Registration::Open,
            documents: Documents::Https,
            access_ttl: Duration::from_mins(15),
            grant_ttl: Duration::from_hours(24 * 30),
            code_ttl: Duration::from_mins(5),
            device_ttl: Duration::from_mins(10),
            client_ttl: Duration::from_hours(24 * 30),
            refresh_grace: Duration::from_secs(30),
        }
    }
}

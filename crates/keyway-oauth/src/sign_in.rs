use keyway_core::ports::BoxFuture;
use url::Url;

/// The person who signs in: shown an authorization request, and sent back with the answer. One
/// implementation per face: browser with callback listener, pasted link, and none where there is
/// nobody.
pub trait SignIn: Send + Sync {
    /// Brings the person to `request.url` and waits until they come back to the redirect URI. The
    /// answer is the URL they came back to, with its query.
    fn sign_in<'a>(
        &'a self,
        request: SignInRequest<'a>,
    ) -> BoxFuture<'a, Result<String, SignInError>>;

    /// Where the person comes back to (`redirect_uri`, RFC 6749 section 3.1.2), the same for as
    /// long as it lives.
    fn redirect_uri(&self) -> String;
}

/// What a person is asked to sign in for.
#[derive(Clone, Copy)]
pub struct SignInRequest<'a> {
    /// The server of the configuration.
    pub server: &'a str,
    /// The authorization server's identifier.
    pub issuer: &'a str,
    /// The scopes asked for.
    pub scopes: &'a [String],
    /// The authorization request to open.
    pub url: &'a str,
}

impl SignInRequest<'_> {
    /// True when a callback answers this very request: its `state` is the one that was sent
    /// (RFC 6749 section 10.12). A listener lets every other callback pass by.
    ///
    /// ```
    /// use keyway_oauth::SignInRequest;
    ///
    /// let request = SignInRequest {
    ///     server: "files",
    ///     issuer: "https://as.example",
    ///     scopes: &[],
    ///     url: "https://as.example/authorize?client_id=a&state=s1",
    /// };
    /// assert!(request.is_answered_by("http://localhost:1456/auth/mcp/callback?code=c&state=s1"));
    /// assert!(!request.is_answered_by("http://localhost:1456/auth/mcp/callback?code=c&state=s2"));
    /// ```
    pub fn is_answered_by(&self, callback_url: &str) -> bool {
        let sent = state_of(self.url);
        sent.is_some() && sent == state_of(callback_url)
    }
}

impl std::fmt::Debug for SignInRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL holds the `state` that the answer is known by.
        f.debug_struct("SignInRequest")
            .field("server", &self.server)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

fn state_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let mut states = url.query_pairs().filter(|(name, _)| name == "state");
    let (_, state) = states.next()?;
    states.next().is_none().then(|| state.into_owned())
}

/// Why nobody came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// There is nobody, or no way to reach them: no terminal, no browser.
    #[error("{0}")]
    Unavailable(String),
    /// Nobody came back in time.
    #[error("nobody came back from the sign-in page in time")]
    TimedOut,
    /// The person gave up.
    #[error("the sign-in was cancelled")]
    Cancelled,
}

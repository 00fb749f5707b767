use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_core::Secret;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use super::Provider;
use crate::server::encode_form;

/// A sign-in that begins.
#[derive(Debug)]
pub struct SignInStart<'a> {
    /// Who we are to the provider.
    pub client_id: &'a str,
    /// Where the browser is to come back to.
    pub redirect_uri: &'a str,
    /// Scopes beyond `openid`, such as `email profile`.
    pub scopes: &'a str,
    /// Ties the answer to the browser.
    pub state: &'a Secret<String>,
    /// Ties the ID token to the sign-in.
    pub nonce: &'a Secret<String>,
    /// Ties the code to the sign-in: 43 to 128 unreserved characters (RFC 7636).
    pub verifier: &'a Secret<String>,
}

/// How we prove ourselves to the provider.
#[derive(Debug, Clone, Copy)]
pub enum ClientAuth<'a> {
    /// Not at all.
    None,
    /// With a secret.
    Secret(&'a Secret<String>),
}

/// A code to be exchanged.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// Who we are to the provider.
    pub client_id: &'a str,
    /// How we prove it.
    pub auth: ClientAuth<'a>,
    /// The same as at the start.
    pub redirect_uri: &'a str,
    /// What the browser brought.
    pub code: &'a Secret<String>,
    /// The same as at the start.
    pub verifier: &'a Secret<String>,
}

/// A request to the token endpoint: a `POST` of a form.
#[derive(Debug)]
pub struct TokenCall {
    /// Where to.
    pub url: String,
    /// The value of `Authorization`, if there is one.
    pub authorization: Option<Secret<String>>,
    /// The body, `application/x-www-form-urlencoded`.
    pub body: Secret<String>,
}

impl SignInStart<'_> {
    /// Where the browser is sent (`OpenID` Connect Core section 3.1.2.1).
    pub fn url(&self, provider: &Provider) -> Secret<String> {
        let challenge = crate::pkce::challenge(self.verifier);
        let scope = format!("openid {}", self.scopes);
        let query = encode_form([
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", self.redirect_uri),
            ("scope", scope.trim()),
            ("state", self.state.expose()),
            ("nonce", self.nonce.expose()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let endpoint = &provider.authorization_endpoint;
        let glue = if endpoint.contains('?') { '&' } else { '?' };
        Secret::new(format!("{endpoint}{glue}{query}"))
    }
}

impl Exchange<'_> {
    /// The request that exchanges the code (`OpenID` Connect Core section 3.1.3.1). A secret goes
    /// into the header unless the provider takes it in the form only.
    pub fn call(&self, provider: &Provider) -> TokenCall {
        let takes = |method: &str| provider.auth_methods.iter().any(|own| own == method);
        let in_form = takes("client_secret_post") && !takes("client_secret_basic");
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", self.code.expose().as_str()),
            ("redirect_uri", self.redirect_uri),
            ("code_verifier", self.verifier.expose()),
        ];
        let authorization = match self.auth {
            ClientAuth::Secret(secret) if !in_form => Some(basic(self.client_id, secret)),
            ClientAuth::Secret(secret) => {
                form.push(("client_id", self.client_id));
                form.push(("client_secret", secret.expose()));
                None
            }
            ClientAuth::None => {
                form.push(("client_id", self.client_id));
                None
            }
        };
        TokenCall {
            url: provider.token_endpoint.clone(),
            authorization,
            body: Secret::new(encode_form(form)),
        }
    }
}

/// RFC 6749 section 2.3.1.
fn basic(id: &str, secret: &Secret<String>) -> Secret<String> {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encode(id), encode(secret.expose())));
    Secret::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

//! Authorization requests (RFC 6749 section 4.1.1, OAuth 2.1 section 4.1.1), in stages: until the
//! redirect URI is known to be the client's, an error is for the person; from then on it is for the
//! client.

use std::fmt;

use keyway_core::scopes::Scope;
use keyway_core::{ClientId, Scopes, Secret};

use super::client::{ClientMetadata, GrantType};
use super::redirect::RedirectUri;
use super::{CodeChallenge, ErrorCode, Issuer, Parameters, Refusal, Resource, Resources, form};

/// The most characters of `state`.
const MAX_STATE: usize = 2048;

/// First stage: a request whose client is named.
#[derive(Debug)]
pub struct Named {
    parameters: Parameters,
    client: ClientId,
    redirect_uri: String,
}

/// Second stage: a request that can be answered by a redirect to its client.
#[derive(Debug)]
pub struct Answerable {
    parameters: Parameters,
    client: ClientId,
    back: Back,
}

/// The way back to the client.
#[derive(Clone, PartialEq, Eq)]
pub struct Back {
    redirect_uri: RedirectUri,
    state: Option<String>,
}

/// What the server holds a request against.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// What is served.
    pub resources: &'a Resources,
    /// The client.
    pub client: &'a ClientMetadata,
    /// The most the client may ask for, where there is such a bound.
    pub ceiling: Option<&'a Scopes>,
}

/// A request that is in order.
#[derive(Debug)]
pub struct AuthorizeRequest {
    /// Who asks.
    pub client: ClientId,
    /// The way back.
    pub back: Back,
    /// What its verifier will be held against.
    pub challenge: CodeChallenge,
    /// What it asks for.
    pub scopes: Scopes,
    /// What for.
    pub resource: Resource,
    /// What the person is to be asked.
    pub prompt: Prompt,
    query: String,
}

/// What a client wants the person to be asked (`OpenID` Connect Core section 3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// What has to be asked.
    Auto,
    /// Nothing: answer at once, or with an error.
    Never,
    /// These, whatever is known.
    Always {
        /// To sign in.
        login: bool,
        /// To agree.
        consent: bool,
    },
}

/// The client has to say which redirect URI it means; one that is registered alone is no excuse.
const NO_REDIRECT: &str = "redirect_uri is missing";

impl Named {
    /// Reads a query. An error is for a page: nobody knows yet where a redirect would lead.
    pub fn read(query: &str) -> Result<Self, Refusal> {
        let parameters = Parameters::from_query(query)?;
        let client = parameters.required("client_id", "client_id is missing")?;
        let client = client.parse().map_err(|_| super::UNKNOWN_CLIENT)?;
        let redirect_uri = parameters.required("redirect_uri", NO_REDIRECT)?.to_owned();
        Ok(Self {
            client,
            redirect_uri,
            parameters,
        })
    }

    /// The client that the request names.
    pub fn client(&self) -> &ClientId {
        &self.client
    }

    /// Holds the redirect URI against those of the client. An error is for a page.
    pub fn answerable(self, client: &ClientMetadata) -> Result<Answerable, Refusal> {
        let found = client.redirect_uris.find(&self.redirect_uri);
        let redirect_uri = found.ok_or(Refusal::new(
            ErrorCode::InvalidRequest,
            "redirect_uri is none of those that the client registered",
        ))?;
        // What cannot be given back as it came is not given back.
        let state = self.parameters.optional("state").ok().flatten();
        let state = state.filter(|state| is_state(state)).map(str::to_owned);
        Ok(Answerable {
            back: Back {
                redirect_uri,
                state,
            },
            client: self.client,
            parameters: self.parameters,
        })
    }
}

impl Answerable {
    /// The way back, for errors.
    pub fn back(&self) -> &Back {
        &self.back
    }

    /// Checks everything else. An error is for the client: [`Back::refused`].
    pub fn check(self, rules: &Rules<'_>) -> Result<AuthorizeRequest, (Back, Refusal)> {
        match self.read(rules) {
            Ok((challenge, scopes, resource, prompt)) => Ok(AuthorizeRequest {
                query: form::encode(self.parameters.pairs()),
                client: self.client,
                back: self.back,
                challenge,
                scopes,
                resource,
                prompt,
            }),
            Err(refusal) => Err((self.back, refusal)),
        }
    }

    fn read(
        &self,
        rules: &Rules<'_>,
    ) -> Result<(CodeChallenge, Scopes, Resource, Prompt), Refusal> {
        let parameters = &self.parameters;
        parameters.each_once()?;
        check_kind(parameters)?;
        if parameters
            .optional("state")?
            .is_some_and(|state| !is_state(state))
        {
            return Err(invalid("state has to be up to 2048 characters of ASCII"));
        }
        rules.client.allows(GrantType::AuthorizationCode)?;
        let challenge = challenge(parameters)?;
        let selected = rules.resources.select(parameters.all("resource"))?;
        let resource = selected.unwrap_or_else(|| rules.resources.default_resource());
        let scopes = requested_scopes(parameters.optional("scope")?, rules.ceiling)?;
        Ok((challenge, scopes, resource.clone(), prompt(parameters)?))
    }
}

impl AuthorizeRequest {
    /// The request as a query again, to be carried through pages and checked anew each time.
    pub fn to_query(&self) -> &str {
        &self.query
    }
}

impl Back {
    /// Where browsers are sent.
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Where a browser is sent with a code (RFC 6749 section 4.1.2, RFC 9207 section 2).
    pub fn granted(&self, code: &Secret<String>, issuer: &Issuer) -> Secret<String> {
        Secret::new(self.answer(vec![("code", code.expose())], issuer))
    }

    /// Where a browser is sent with an error (RFC 6749 section 4.1.2.1, RFC 9207 section 2).
    pub fn refused(&self, refusal: &Refusal, issuer: &Issuer) -> String {
        let error = vec![
            ("error", refusal.code().as_str()),
            ("error_description", refusal.description()),
        ];
        self.answer(error, issuer)
    }

    fn answer<'a>(&'a self, mut parameters: Vec<(&'a str, &'a str)>, issuer: &'a Issuer) -> String {
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        parameters.push(("iss", issuer.as_str()));
        self.redirect_uri.with(&parameters)
    }
}

impl fmt::Debug for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Back")
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

/// Reads what is asked for: every scope has to be of the closed list and within the ceiling.
/// Without any, `mcp` is meant.
pub fn requested_scopes(text: Option<&str>, ceiling: Option<&Scopes>) -> Result<Scopes, Refusal> {
    let asked: Scopes = text.unwrap_or_default().parse().map_err(|_| {
        Refusal::new(
            ErrorCode::InvalidScope,
            "scope has one that does not exist here",
        )
    })?;
    if asked.is_empty() {
        let default = Scopes::of([Scope::Mcp]);
        return Ok(ceiling.map_or(default.clone(), |ceiling| ceiling.both(&default)))
            .and_then(not_empty);
    }
    if ceiling.is_some_and(|ceiling| !ceiling.covers(&asked)) {
        return Err(Refusal::new(
            ErrorCode::InvalidScope,
            "scope has one that the client may not ask for",
        ));
    }
    Ok(asked)
}

fn not_empty(scopes: Scopes) -> Result<Scopes, Refusal> {
    if scopes.is_empty() {
        return Err(Refusal::new(
            ErrorCode::InvalidScope,
            "scope is missing, and the client may not ask for mcp",
        ));
    }
    Ok(scopes)
}

const fn invalid(description: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidRequest, description)
}

fn check_kind(parameters: &Parameters) -> Result<(), Refusal> {
    if parameters.optional("request")?.is_some() {
        return Err(Refusal::new(
            ErrorCode::RequestNotSupported,
            "request objects are not supported",
        ));
    }
    if parameters.optional("request_uri")?.is_some() {
        return Err(Refusal::new(
            ErrorCode::RequestUriNotSupported,
            "request objects are not supported",
        ));
    }
    if parameters.required("response_type", "response_type is missing")? != "code" {
        return Err(Refusal::new(
            ErrorCode::UnsupportedResponseType,
            "response_type has to be code",
        ));
    }
    match parameters.optional("response_mode")? {
        None | Some("query") => Ok(()),
        Some(_) => Err(invalid("response_mode has to be query")),
    }
}

/// `plain` is what a missing method means (RFC 7636 section 4.3), so it cannot be missing.
fn challenge(parameters: &Parameters) -> Result<CodeChallenge, Refusal> {
    let text = parameters.required(
        "code_challenge",
        "code_challenge is missing: PKCE is needed",
    )?;
    if parameters.optional("code_challenge_method")? != Some("S256") {
        return Err(invalid("code_challenge_method has to be S256"));
    }
    text.parse()
        .map_err(|_| invalid("code_challenge has to be 43 to 128 unreserved characters"))
}

/// `select_account` is asked for by signing in: there is one account at a time.
fn prompt(parameters: &Parameters) -> Result<Prompt, Refusal> {
    let Some(text) = parameters.optional("prompt")? else {
        return Ok(Prompt::Auto);
    };
    let (mut login, mut consent) = (false, false);
    for word in text.split(' ') {
        match word {
            "none" if text == "none" => return Ok(Prompt::Never),
            "login" | "select_account" => login = true,
            "consent" => consent = true,
            _ => return Err(invalid("prompt has to be none, or login and consent")),
        }
    }
    Ok(Prompt::Always { login, consent })
}

/// RFC 6749, appendix A.5.
fn is_state(text: &str) -> bool {
    text.len() <= MAX_STATE && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

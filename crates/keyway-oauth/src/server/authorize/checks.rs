use keyway_core::Scopes;
use keyway_core::scopes::Scope;

use super::super::{CodeChallenge, ErrorCode, Parameters, Refusal};

/// The most characters of `state`.
const MAX_STATE: usize = 2048;

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

pub(super) const fn invalid(description: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidRequest, description)
}

pub(super) fn check_kind(parameters: &Parameters) -> Result<(), Refusal> {
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
pub(super) fn challenge(parameters: &Parameters) -> Result<CodeChallenge, Refusal> {
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
pub(super) fn prompt(parameters: &Parameters) -> Result<Prompt, Refusal> {
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
pub(super) fn is_state(text: &str) -> bool {
    text.len() <= MAX_STATE && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

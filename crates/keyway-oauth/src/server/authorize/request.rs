use keyway_core::{ClientId, Scopes};

use super::super::client::{ClientMetadata, GrantType};
use super::super::{
    CodeChallenge, ErrorCode, Parameters, Refusal, Resource, Resources, UNKNOWN_CLIENT, form,
};
use super::checks::{challenge, check_kind, invalid, is_state, prompt, requested_scopes};
use super::{Back, Prompt};

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

/// The client has to say which redirect URI it means; one that is registered alone is no excuse.
const NO_REDIRECT: &str = "redirect_uri is missing";

impl Named {
    /// Reads a query. An error is for a page: nobody knows yet where a redirect would lead.
    pub fn read(query: &str) -> Result<Self, Refusal> {
        let parameters = Parameters::from_query(query)?;
        let client = parameters.required("client_id", "client_id is missing")?;
        let client = client.parse().map_err(|_| UNKNOWN_CLIENT)?;
        let redirect_uri = parameters.required("redirect_uri", NO_REDIRECT)?.to_owned();
        Ok(Self {
            parameters,
            client,
            redirect_uri,
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

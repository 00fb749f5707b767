use jiff::SignedDuration;
use keyway_core::{OrgId, Scopes, Secret};
use keyway_oauth::server::authorize::{AuthorizeRequest, Back, Named, Prompt, Rules};
use keyway_oauth::server::redirect::Place;
use keyway_oauth::server::{ErrorCode, Refusal};
use keyway_store::oauth::{Agreed, NewCode};

use super::asking::asked;
use super::clients::{KnownClient, within};
use super::register::OWN_PAGES;
use super::service::later;
use super::{AskedScope, AskingClient, Failure, Oauth, Site};
use crate::audit::{Event, EventKind, Outcome};
use crate::keys::TokenKind;
use crate::people::{MembershipView, WebVisitor};

/// For how long after signing in someone need not do it again for a client that wants them to.
const RECENT: SignedDuration = SignedDuration::from_mins(5);

/// What becomes of an authorization request.
#[derive(Debug)]
pub enum Authorizing {
    /// The browser is sent here, with a code or with an error.
    Redirect(Secret<String>),
    /// The person has to sign in first, and comes back with the same request.
    SignIn,
    /// The person is signed in, and the client wants them to do it again.
    SignInAgain,
    /// The person is asked.
    Ask(Box<Asking>),
}

/// What a person is asked.
#[derive(Debug)]
pub struct Asking {
    /// Who asks.
    pub client: AskingClient,
    /// What for.
    pub scopes: Vec<AskedScope>,
    /// The organizations it could be for, of those the person belongs to.
    pub organizations: Vec<OrgId>,
    /// The request, to be carried through the form and checked anew.
    pub query: String,
    /// Where the form may lead to in the end, for the page's policy.
    pub redirect_uri: String,
}

/// What the person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Yes, in this organization.
    Allow(OrgId),
    /// No.
    Cancel,
}

const DENIED: Refusal = Refusal::new(ErrorCode::AccessDenied, "the person said no");
const NOT_HERE: Refusal = Refusal::new(
    ErrorCode::AccessDenied,
    "the client is not let in by the organization",
);
const TOO_MUCH: Refusal = Refusal::new(
    ErrorCode::InvalidScope,
    "the person may give none of the scopes that were asked for",
);
const LOGIN: Refusal = Refusal::new(ErrorCode::LoginRequired, "the person is not signed in");
const CONSENT: Refusal = Refusal::new(ErrorCode::ConsentRequired, "the person has to agree");

/// A request that is in order, or where its refusal is sent.
enum Checked {
    Fine(Box<(KnownClient, AuthorizeRequest)>),
    Refused(String),
}

impl Oauth {
    /// Looks at an authorization request (RFC 6749 section 4.1.1). An error is for a page: until the
    /// client and its redirect URI are known, nobody is sent anywhere.
    pub async fn authorize(
        &self,
        site: &Site,
        query: &str,
        visitor: Option<&WebVisitor>,
    ) -> Result<Authorizing, Failure> {
        let (client, request) = match self.check(site, query).await? {
            Checked::Fine(fine) => *fine,
            Checked::Refused(url) => return Ok(Authorizing::Redirect(Secret::new(url))),
        };
        let refuse = |refusal: &Refusal| {
            let url = request.back.refused(refusal, site.issuer());
            Ok(Authorizing::Redirect(Secret::new(url)))
        };
        let Some(visitor) = visitor else {
            return match request.prompt {
                Prompt::Never => refuse(&LOGIN),
                _ => Ok(Authorizing::SignIn),
            };
        };
        let now = self.now();
        let recent = now.duration_since(visitor.signed_in_at) <= RECENT;
        if matches!(request.prompt, Prompt::Always { login: true, .. }) && !recent {
            return Ok(Authorizing::SignInAgain);
        }
        let welcome = self.welcome(&client, visitor).await?;
        if welcome.is_empty() {
            return refuse(&NOT_HERE);
        }
        let organizations = for_some(&welcome, &request.scopes);
        if organizations.is_empty() {
            return refuse(&TOO_MUCH);
        }
        let here = visitor.principal.organization();
        let mut agreed = self.agreed(&client, &request, visitor).await?;
        let remembered = agreed.as_ref().filter(|agreed| {
            request.back.redirect_uri().place() == Place::Web
                && !matches!(request.prompt, Prompt::Always { consent: true, .. })
                && organizations.contains(here)
                && agreed.covers(&within(&request.scopes, visitor.principal.role()))
        });
        if let Some(before) = remembered {
            let agreed_to = Agreed::Before(before);
            let given = self
                .give(site, &client, &request, visitor, here, agreed_to)
                .await?;
            if let Some(given) = given {
                return Ok(Authorizing::Redirect(given));
            }
            agreed = None;
        }
        if request.prompt == Prompt::Never {
            return refuse(&CONSENT);
        }
        Ok(Authorizing::Ask(Box::new(Asking {
            client: AskingClient::new(&client, Some(request.back.redirect_uri())),
            scopes: asked(&request.scopes, agreed.as_ref()),
            organizations,
            query: request.to_query().to_owned(),
            redirect_uri: request.back.redirect_uri().as_str().to_owned(),
        })))
    }

    /// Does as the person said, and answers where their browser is sent. The request is checked
    /// anew: what came back through a form is no better than what came with a link.
    pub async fn decide(
        &self,
        site: &Site,
        query: &str,
        visitor: &WebVisitor,
        decision: &Decision,
    ) -> Result<Secret<String>, Failure> {
        let (client, request) = match self.check(site, query).await? {
            Checked::Fine(fine) => *fine,
            Checked::Refused(url) => return Ok(Secret::new(url)),
        };
        let refuse = |refusal: &Refusal| {
            let url = request.back.refused(refusal, site.issuer());
            Ok(Secret::new(url))
        };
        let organization = match decision {
            Decision::Allow(organization) => organization,
            Decision::Cancel => {
                self.parts.audit.note(
                    Event::new(EventKind::ConsentDenied, &visitor.principal)
                        .client(&client.id)
                        .target("oauth_client", client.id.as_str())
                        .outcome(Outcome::Ok),
                );
                return refuse(&DENIED);
            }
        };
        let possible = self
            .organizations(&client, &request.scopes, visitor)
            .await?;
        if !possible.contains(organization) {
            return refuse(&NOT_HERE);
        }
        let agreed = match request.back.redirect_uri().place() {
            Place::Web => Agreed::Now,
            _ => Agreed::Once,
        };
        let given = self
            .give(site, &client, &request, visitor, organization, agreed)
            .await?;
        match given {
            Some(given) => Ok(given),
            None => refuse(&DENIED),
        }
    }

    async fn check(&self, site: &Site, query: &str) -> Result<Checked, Failure> {
        let named = Named::read(query)?;
        let client = self.client(named.client()).await?;
        let answerable = named.answerable(&client.metadata)?;
        let rules = Rules {
            resources: site.resources(),
            client: &client.metadata,
            ceiling: client.ceiling(),
        };
        // The port of a loopback URI is only known now, and clients come by other ways than
        // registration.
        let own = |back: &Back| back.redirect_uri().leads_to(site.issuer());
        match answerable.check(&rules) {
            Ok(request) if own(&request.back) => Err(OWN_PAGES.into()),
            Ok(request) => Ok(Checked::Fine(Box::new((client, request)))),
            Err((back, _)) if own(&back) => Err(OWN_PAGES.into()),
            Err((back, refusal)) => Ok(Checked::Refused(back.refused(&refusal, site.issuer()))),
        }
    }

    /// The organizations in which the person may let the client in, for at least some of the scopes.
    pub(super) async fn organizations(
        &self,
        client: &KnownClient,
        scopes: &Scopes,
        visitor: &WebVisitor,
    ) -> Result<Vec<OrgId>, Failure> {
        Ok(for_some(&self.welcome(client, visitor).await?, scopes))
    }

    /// Where the person belongs and the client is not kept out.
    async fn welcome<'v>(
        &self,
        client: &KnownClient,
        visitor: &'v WebVisitor,
    ) -> Result<Vec<&'v MembershipView>, Failure> {
        let mut welcome = Vec::new();
        let own = visitor.memberships.iter();
        for own in own.filter(|own| client.is_for(&own.organization)) {
            let store = &self.parts.store;
            let blocked = store.is_oauth_client_blocked(&own.organization, &client.id);
            if !blocked.await? {
                welcome.push(own);
            }
        }
        Ok(welcome)
    }

    async fn agreed(
        &self,
        client: &KnownClient,
        request: &AuthorizeRequest,
        visitor: &WebVisitor,
    ) -> Result<Option<Scopes>, Failure> {
        let found = self.parts.store.oauth_consent(
            visitor.principal.organization(),
            &visitor.user.id,
            &client.id,
            request.resource.as_str(),
        );
        Ok(found.await?)
    }

    /// Makes a code, and answers where the browser takes it; `None` when what the person agreed to
    /// before was taken back meanwhile.
    async fn give(
        &self,
        site: &Site,
        client: &KnownClient,
        request: &AuthorizeRequest,
        visitor: &WebVisitor,
        organization: &OrgId,
        agreed: Agreed<'_>,
    ) -> Result<Option<Secret<String>>, Failure> {
        let now = self.now();
        self.keep_client(client, now).await?;
        let code = self.secret(TokenKind::Code);
        let row = NewCode {
            hash: code.digest().to_hex(),
            organization: organization.clone(),
            user: visitor.user.id.clone(),
            client: client.id.clone(),
            redirect_uri: request.back.redirect_uri().as_str().to_owned(),
            challenge: request.challenge.as_str().to_owned(),
            scopes: within(&request.scopes, role_in(visitor, organization)),
            resource: request.resource.as_str().to_owned(),
            created_at: now,
            expires_at: later(now, self.parts.settings.code_ttl),
        };
        let made = self.parts.store.create_oauth_code(&row, agreed).await?;
        Ok(made.then(|| request.back.granted(code.secret(), site.issuer())))
    }
}

/// Those where the person has at least some of the scopes to give.
fn for_some(welcome: &[&MembershipView], scopes: &Scopes) -> Vec<OrgId> {
    let some = |own: &&&MembershipView| !within(scopes, own.role).is_empty();
    let all = welcome.iter().filter(some);
    all.map(|own| own.organization.clone()).collect()
}

/// The role of someone in one of their organizations.
pub(super) fn role_in(visitor: &WebVisitor, organization: &OrgId) -> keyway_core::Role {
    let own = visitor
        .memberships
        .iter()
        .find(|own| own.organization == *organization);
    own.map_or(keyway_core::Role::Member, |own| own.role)
}

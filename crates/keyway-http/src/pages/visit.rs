use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use http::header::USER_AGENT;
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, StatusCode};
use keyway_app::limits::Limit;
use keyway_app::people::{Browser, WebVisitor};
use keyway_core::{Error, RequestId, Secret};
use keyway_pages::{Page, SetupNeeded};

use super::next::local_path;
use crate::address::Address;
use crate::cookies::{Cookie, Keep, SetCookie, Transport};
use crate::csrf;
use crate::page::PageReply;
use crate::refusal::Refusal;
use crate::shared::{Asked, Shared};

/// A browser looks at a page: who it is, as far as that is known. Every page takes this first, or
/// [`Visitor`].
///
/// Before anyone can sign in, it answers with the page that says how to change that.
pub(crate) struct Visit {
    /// The request's id.
    pub(crate) request: RequestId,
    /// From where, and under which origin it reaches us.
    pub(crate) address: Address,
    /// Over what cookies travel.
    pub(crate) transport: Transport,
    /// Who is signed in.
    pub(crate) visitor: Option<WebVisitor>,
    /// What the CSRF tokens of this browser's forms are bound to.
    bound: Secret<String>,
    /// Tells the browser what they are bound to, when it does not know yet.
    fresh: Option<SetCookie>,
    device: Option<Secret<String>>,
    user_agent: String,
}

/// Someone who is signed in. Anyone else is led to the sign-in page, and back.
pub(crate) struct Visitor {
    /// The visit.
    pub(crate) visit: Visit,
    /// Who it is.
    pub(crate) web: WebVisitor,
}

impl Visit {
    /// The CSRF token of this browser's forms.
    pub(crate) fn csrf(&self) -> String {
        csrf::token(&self.bound)
    }

    /// From where someone signs in.
    pub(crate) fn browser(&self) -> Browser {
        Browser {
            address: self.address.client,
            user_agent: self.user_agent.clone(),
            device: self.device.clone(),
        }
    }

    /// Counts an attempt to sign in against the limit of its address.
    pub(crate) fn try_to_sign_in(&self, shared: &Shared) -> Result<(), Refusal> {
        let limits = shared.app.limits();
        let counted = limits.from_address(Limit::SignIn, self.address.client);
        counted.map(drop).map_err(Refusal::too_often)
    }

    /// Shows a page to this browser.
    pub(crate) fn show<P: Page>(&self, shared: &Shared, page: &P) -> Result<PageReply, Refusal> {
        let reply = PageReply::new(shared.pages.render(page)?);
        Ok(match &self.fresh {
            Some(cookie) => reply.cookie(cookie.clone()),
            None => reply,
        })
    }
}

impl FromRequestParts<Arc<Shared>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        let asked = asked(parts).map_err(Refusal::into_response)?;
        let transport = transport(&asked.address).map_err(Refusal::into_response)?;
        let headers = &parts.headers;
        if !parts.uri.path().starts_with("/setup/") {
            set_up(shared).await?;
        }
        let session = Cookie::Session.read(headers, transport);
        let visitor = match &session {
            Some(cookie) => shared.app.people().web_session(cookie.expose()).await,
            None => Ok(None),
        };
        let visitor = visitor.map_err(|error| Refusal::from(error).into_response())?;
        let visitor = visitor.map(|visitor| WebVisitor {
            principal: shared.app.governed(visitor.principal.clone()),
            ..visitor
        });
        let session = session.filter(|_| visitor.is_some());
        let known = session.or_else(|| Cookie::Visit.read(headers, transport));
        let (bound, fresh) = if let Some(known) = known {
            (known, None)
        } else {
            let value = fresh_value(shared);
            let cookie = Cookie::Visit.set(&value, transport, Keep::Browser);
            (value, Some(cookie))
        };
        Ok(Self {
            request: asked.request,
            address: asked.address,
            transport,
            visitor,
            bound,
            fresh,
            device: Cookie::Device.read(headers, transport),
            user_agent: user_agent(headers),
        })
    }
}

impl FromRequestParts<Arc<Shared>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, shared).await?;
        match visit.visitor.clone() {
            Some(web) => Ok(Self { visit, web }),
            None => Err(to_sign_in(parts).into_response()),
        }
    }
}

/// What the front said about a request.
pub(super) fn asked(parts: &Parts) -> Result<Asked, Refusal> {
    let asked = parts.extensions.get::<Asked>().cloned();
    let unknown = || Error::internal("the front has not introduced the request");
    Ok(asked.ok_or_else(unknown)?)
}

/// Over what the browser reaches us. Passwords and cookies take no plain http over a network.
pub(super) fn transport(address: &Address) -> Result<Transport, Refusal> {
    address.transport().ok_or_else(|| {
        Refusal::hinting(
            StatusCode::FORBIDDEN,
            "https_needed",
            "pages are shown over https only, except on this machine",
            "set `public_url` to the https address of this gateway, or `trusted_hops` to the \
             number of proxies in front of it",
        )
    })
}

async fn set_up(shared: &Shared) -> Result<(), Response> {
    if shared.set_up.load(Ordering::Relaxed) {
        return Ok(());
    }
    let needed = !shared.forms.sign_in_elsewhere() && needs_setup(shared).await?;
    if !needed {
        shared.set_up.store(true, Ordering::Relaxed);
        return Ok(());
    }
    let page = SetupNeeded {
        command: format!("{} setup-link", shared.about.program),
    };
    let html = shared.pages.render(&page);
    let html = html.map_err(|error| Refusal::from(error).into_response())?;
    let reply = PageReply::new(html).status(StatusCode::SERVICE_UNAVAILABLE);
    Err(reply.into_response())
}

async fn needs_setup(shared: &Shared) -> Result<bool, Response> {
    let needed = shared.app.people().needs_setup().await;
    needed.map_err(|error| Refusal::from(error).into_response())
}

fn to_sign_in(parts: &Parts) -> PageReply {
    let wanted = parts.uri.path_and_query().map(PathAndQuery::as_str);
    let wanted = wanted.filter(|_| parts.method == Method::GET);
    let next = wanted.and_then(local_path).unwrap_or("/console");
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", next)
        .finish();
    PageReply::see_other(&format!("/sign-in?{query}"))
}

/// 256 random bits.
fn fresh_value(shared: &Shared) -> Secret<String> {
    let mut bytes = [0u8; 32];
    shared.random.fill(&mut bytes);
    let letters = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16));
    Secret::new(letters.collect())
}

fn user_agent(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    agent.unwrap_or_default().to_owned()
}

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use keyway_app::people::WebVisitor;
use keyway_core::{Kind, Principal};

use super::params::Params;
use super::routes::Audience;
use crate::pages::{Visit, Visitor};
use crate::refusal::Refusal;
use crate::routes::unknown;
use crate::shared::{Asked, Shared};

/// Someone who is signed in looks at a page of the console. Anyone else is led to the sign-in page,
/// and back.
pub(crate) struct Member {
    /// The visit.
    pub(crate) visit: Visit,
    /// Who it is.
    pub(crate) web: WebVisitor,
    /// Whether they administer the organization.
    pub(crate) audience: Audience,
    /// The path that is looked at.
    pub(crate) path: String,
    /// What its query says.
    pub(crate) params: Params,
}

/// The same of who administers the organization. For anyone else who is signed in there is no such
/// page.
pub(crate) struct Admin(pub(crate) Member);

impl Member {
    /// Who asks, for use-cases.
    pub(crate) fn who(&self) -> &Principal {
        &self.web.principal
    }
}

impl Deref for Admin {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl FromRequestParts<Arc<Shared>> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        let Visitor { visit, mut web } = Visitor::from_request_parts(parts, shared).await?;
        if let Some(asked) = parts.extensions.get::<Asked>() {
            web.principal = web.principal.arriving(asked.arrival(&parts.headers));
        }
        let audience = match shared.app.administer(&web.principal).await {
            Ok(()) => Audience::Admin,
            Err(error) if error.kind() == Kind::Forbidden => Audience::Member,
            Err(error) => return Err(Refusal::from(error).into_response()),
        };
        Ok(Self {
            visit,
            web,
            audience,
            path: parts.uri.path().to_owned(),
            params: Params::parse(parts.uri.query().unwrap_or_default()),
        })
    }
}

impl FromRequestParts<Arc<Shared>> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        let member = Member::from_request_parts(parts, shared).await?;
        match member.audience {
            Audience::Admin => Ok(Self(member)),
            Audience::Member => Err(unknown::path().await.into_response()),
        }
    }
}

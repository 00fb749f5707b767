//! What is not there, told inside the console to who is signed in.

use std::sync::Arc;

use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use keyway_pages::console_context::NotFound;

use super::member::Member;
use super::nav;
use super::params::Params;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// Puts a page with the console's frame in the place of a refusal that says that nothing is there,
/// for who is signed in. It tells nothing of why: what one may not see looks like what is not there.
pub(super) async fn framed(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let refusal = response.extensions().get::<Refusal>();
    let Some(refusal) = refusal.filter(|refusal| refusal.status() == StatusCode::NOT_FOUND) else {
        return response;
    };
    let Ok(member) = Member::from_request_parts(&mut asked, &shared).await else {
        return response;
    };
    refusal.log(&member.visit.request);
    match show(&shared, member).await {
        Ok(page) => page,
        Err(refusal) => refusal.into_response(),
    }
}

async fn show(shared: &Shared, member: Member) -> Result<Response, Refusal> {
    let (key, href) = nav::nearest(member.audience, &member.path);
    let page = NotFound {
        key,
        href,
        request: member.visit.request.to_string(),
    };
    // One is at no place of the navigation, and nothing was done here.
    let nowhere = Member {
        path: String::new(),
        params: Params::parse(""),
        ..member
    };
    nowhere.show_as(shared, &page, StatusCode::NOT_FOUND).await
}

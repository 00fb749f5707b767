use axum::response::{IntoResponse as _, Response};

use super::Visit;
use crate::page::PageReply;

/// `GET /`: the way to the console, and to signing in for who is not.
pub(super) async fn show(visit: Visit) -> Response {
    let to = if visit.visitor.is_some() {
        "/console"
    } else {
        "/sign-in"
    };
    PageReply::see_other(to).into_response()
}

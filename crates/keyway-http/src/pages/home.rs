use axum::response::{IntoResponse as _, Response};

use super::Visit;
use crate::page::PageReply;

/// `GET /`: there is nothing here but the way to one's account.
pub(super) async fn show(_visit: Visit) -> Response {
    PageReply::see_other("/account").into_response()
}

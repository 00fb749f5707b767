use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use keyway_core::{Error, Kind, Secret};
use keyway_pages::alert;

use super::{Visit, Visitor, connect};
use crate::page::PageReply;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /connect/{key}/callback`: someone comes back from an authorization server. What came with
/// them is in no page and no address that follows.
pub(super) async fn complete(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    // Who is not signed in here has begun nothing here; to be led to the sign-in page and back would
    // put the code into more addresses.
    let Some(web) = visit.visitor.clone() else {
        return Err(unknown().into());
    };
    let visitor = Visitor { visit, web };
    let query = Secret::new(query.unwrap_or_default());
    let credentials = shared.app.credentials();
    let who = &visitor.web.principal;
    match credentials.complete_connecting(who, &key, &query).await {
        Ok(_) => Ok(PageReply::see_other(&connect::done(&key)).into_response()),
        Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Internal) => Err(error.into()),
        Err(error) => {
            let mut page = connect::page(&shared, &visitor, &key, None).await?;
            page.error_html = alert(error.message(), error.hint());
            let reply = connect::show_form(&shared, &visitor, &page)?;
            let status = StatusCode::from_u16(error.kind().status());
            Ok(reply
                .status(status.unwrap_or(StatusCode::BAD_REQUEST))
                .into_response())
        }
    }
}

fn unknown() -> Error {
    Error::new(
        Kind::Conflict,
        "connect_signed_out",
        "you are not signed in here, so nothing was connected",
    )
    .with_hint("sign in, open the page again and start anew")
}

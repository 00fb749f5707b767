use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::ALLOW;
use http::{HeaderValue, Method, Request, StatusCode};
use keyway_app::NotRouted;
use keyway_core::action::{ROUTES, query_pairs, segments};
use keyway_core::{Error, Kind};

use super::Asker;
use super::call_action::{Wanted, choice, is_background, read_input, run};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `/api/{path}`: an action under a method and a path of its own.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    request: Request<axum::body::Body>,
) -> Result<Response, Refusal> {
    let path = request.uri().path().strip_prefix(ROUTES);
    let path = segments(path.unwrap_or_default())?;
    let method = request.method().clone();
    let routing = match shared.app.route(&asker.who, &method, path) {
        Ok(routing) => routing,
        Err(NotRouted::Nowhere(error)) => return Err(error.into()),
        Err(NotRouted::OtherMethods(methods)) => return other_methods(&method, &methods),
    };
    let mut query = query_pairs(request.uri().query().unwrap_or_default())?;
    let background = if routing.queues {
        take_background(&mut query)?
    } else {
        false
    };
    let credentials = choice(request.headers())?;
    let key = request.headers().get("idempotency-key").cloned();
    let body = read_input(&shared, request).await?;
    let input = shared
        .app
        .routed_input(&asker.who, &routing, &query, body.as_ref())?;
    let wanted = Wanted {
        slug: routing.slug,
        input,
        background,
        credentials,
        key,
    };
    run(&shared, &asker, wanted).await
}

/// Takes `background` out of a query.
fn take_background(query: &mut Vec<(String, String)>) -> Result<bool, Error> {
    let said: Vec<_> = query
        .extract_if(.., |(name, _)| name == "background")
        .collect();
    match said.as_slice() {
        [] => is_background(None),
        [(_, text)] => is_background(Some(text)),
        _ => Err(Error::new(
            Kind::Malformed,
            "given_twice",
            "`background` is given twice",
        )),
    }
}

/// The answer of a path that is served by other methods: to `OPTIONS` which ones.
fn other_methods(asked: &Method, served: &[Method]) -> Result<Response, Refusal> {
    let listed: Vec<_> = served.iter().map(Method::as_str).collect();
    let allow = HeaderValue::from_str(&listed.join(", ")).map_err(Error::internal)?;
    if asked == Method::OPTIONS {
        return Ok((StatusCode::NO_CONTENT, [(ALLOW, allow)]).into_response());
    }
    let refusal = Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this path is not served by this method",
    );
    Err(refusal.allowing(allow))
}

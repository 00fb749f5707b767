//! A service that is as fast as can be: it answers the word in its path.

use axum::Router;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

pub(super) fn router() -> Router {
    let echo = |Path(message): Path<String>| async move {
        let answer = format!(r#"{{"message":"{message}"}}"#);
        ([(CONTENT_TYPE, "application/json")], answer)
    };
    Router::new().route("/echo/{message}", get(echo))
}

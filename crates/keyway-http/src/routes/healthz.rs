use axum::response::Response;

use super::json;

/// `GET /healthz`: the process answers.
pub(crate) async fn handle() -> Response {
    json(r#"{"status":"ok"}"#)
}

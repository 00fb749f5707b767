use http::StatusCode;

use crate::refusal::Refusal;

/// A path that nothing is served at.
pub(crate) async fn path() -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        "unknown_path",
        "nothing is served at this path",
    )
}

/// A path that something is served at, by another method; `Allow` is added by the router.
pub(crate) async fn method() -> Refusal {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this path is not served by this method",
    )
}

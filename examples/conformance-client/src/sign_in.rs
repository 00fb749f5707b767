use std::sync::Arc;
use std::time::Duration;

use http::Method;
use http::header::{HeaderMap, LOCATION};
use keyway_core::ports::{BoxFuture, Destination, HttpRequest, HttpSend, Limits, Redirects};
use keyway_oauth::{SignIn, SignInError, SignInRequest};

/// A browser without a window: asks for the page once and says where it was sent to. Nothing
/// listens at the redirect URI.
pub(crate) struct Headless {
    pub(crate) http: Arc<dyn HttpSend>,
}

impl SignIn for Headless {
    fn sign_in<'a>(
        &'a self,
        request: SignInRequest<'a>,
    ) -> BoxFuture<'a, Result<String, SignInError>> {
        Box::pin(async move {
            let page = HttpRequest {
                method: Method::GET,
                url: request.url.to_owned(),
                headers: HeaderMap::new(),
                body: bytes::Bytes::new(),
                destination: Destination::Operator,
                redirects: Redirects::Return,
                hosts: None,
                retries: 0,
                limits: Limits {
                    connect: Duration::from_secs(5),
                    head: Some(Duration::from_secs(5)),
                    body_bytes: Some(1 << 20),
                },
            };
            let gone = |why: String| SignInError::Unavailable(why);
            let answer = self.http.send(page).await;
            let answer = answer.map_err(|error| gone(error.to_string()))?;
            let location = answer.headers.get(LOCATION);
            let location = location.and_then(|value| value.to_str().ok());
            location.map(str::to_owned).ok_or_else(|| {
                gone(format!(
                    "the page answered {} without a redirect",
                    answer.status
                ))
            })
        })
    }

    fn redirect_uri(&self) -> String {
        "http://localhost:1456/auth/mcp/callback".into()
    }
}

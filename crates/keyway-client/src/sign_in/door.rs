use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use keyway_oauth::SignInRequest;
use parking_lot::Mutex;
use url::Url;

use super::callback::CallbackUrl;
use super::page::Page;

/// What stands between a waiting sign-in and whoever calls at its port.
pub(super) struct Door<'a> {
    callback: CallbackUrl,
    request: SignInRequest<'a>,
    answer: Mutex<Option<String>>,
}

impl<'a> Door<'a> {
    pub(super) fn new(callback: CallbackUrl, request: SignInRequest<'a>) -> Self {
        Self {
            callback,
            request,
            answer: Mutex::default(),
        }
    }

    /// The callback that came, once it came.
    pub(super) fn answer(&self) -> Option<String> {
        self.answer.lock().clone()
    }

    /// Answers one request. The first callback with the right `state` is kept; nothing else counts.
    pub(super) fn knock(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let page = if !names_this_machine(request) {
            Page::NOT_HERE
        } else if request.uri().path() != self.callback.path() {
            Page::NOTHING_HERE
        } else if request.method() != Method::GET {
            Page::GET_ONLY
        } else {
            self.take(request.uri().query().unwrap_or_default())
        };
        page.response(self.request.server)
    }

    fn take(&self, query: &str) -> Page {
        let url = format!("{}?{query}", self.callback);
        if !self.request.is_answered_by(&url) {
            return Page::NOT_OURS;
        }
        let Ok(parsed) = Url::parse(&url) else {
            return Page::NOT_OURS;
        };
        let has = |wanted: &str| parsed.query_pairs().any(|(name, _)| name == wanted);
        let page = if has("error") {
            Page::FAILED
        } else if has("code") {
            Page::DONE
        } else {
            return Page::NOT_OURS;
        };
        let mut answer = self.answer.lock();
        if answer.is_some() {
            return Page::TOO_LATE;
        }
        *answer = Some(url);
        page
    }
}

/// A page of another site whose name was made to lead here still sends its own name.
fn names_this_machine(request: &Request<Incoming>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let host = host.to_str().unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    ["localhost", "127.0.0.1", "[::1]"].contains(&name.to_ascii_lowercase().as_str())
}

impl Page {
    const DONE: Self = Self::new(
        StatusCode::OK,
        "Signed in",
        "The answer has arrived. You can close this page and go back to the terminal.",
    );
    const FAILED: Self = Self::new(
        StatusCode::OK,
        "Not signed in",
        "The sign-in was refused; the terminal says why. You can close this page.",
    );
    const TOO_LATE: Self = Self::new(
        StatusCode::GONE,
        "Answered already",
        "This sign-in has its answer. You can close this page.",
    );
    const NOT_OURS: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "Not an answer to this sign-in",
        "This address does not belong to the sign-in that is waiting, which goes on. Use the link the terminal shows.",
    );
    const NOTHING_HERE: Self = Self::new(
        StatusCode::NOT_FOUND,
        "Nothing here",
        "Only the answer to a sign-in is taken here.",
    );
    const GET_ONLY: Self = Self::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "Not an answer to this sign-in",
        "The answer to a sign-in comes as a GET request.",
    );
    const NOT_HERE: Self = Self::new(
        StatusCode::MISDIRECTED_REQUEST,
        "Nothing here",
        "Only this machine is answered.",
    );
}

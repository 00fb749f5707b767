use std::sync::Arc;

use futures_util::FutureExt as _;
use http::{HeaderMap, StatusCode};
use recording::Recorder;

use super::HttpClient;
use crate::ports::{Destination, Hosts};
use crate::{Error, Kind, Secret};

/// A way out that writes down what is sent.
mod recording {
    use std::sync::Mutex;

    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use crate::ports::{Body, BoxFuture, HttpError, HttpRequest, HttpResponse, HttpSend};

    pub(super) struct Recorder {
        pub(super) sent: Mutex<Vec<HttpRequest>>,
        pub(super) status: StatusCode,
        pub(super) headers: HeaderMap,
        pub(super) body: &'static str,
    }

    impl HttpSend for Recorder {
        fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
            self.sent.lock().unwrap().push(request);
            let body = Bytes::from(self.body);
            let answer = HttpResponse {
                status: self.status,
                headers: self.headers.clone(),
                body: Body::new(futures_util::stream::iter([Ok(body)])),
            };
            Box::pin(std::future::ready(Ok(answer)))
        }
    }
}

fn recorder(status: u16, body: &'static str) -> Arc<Recorder> {
    Arc::new(Recorder {
        sent: std::sync::Mutex::default(),
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body,
    })
}

fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap()
}

#[test]
fn a_request_is_put_together() {
    let out = recorder(200, r#"{"id":7}"#);
    let hosts = Hosts::new(["a.example"]).unwrap();
    let client = HttpClient::new(Some(out.clone()), Some(hosts));
    let request = client
        .post("https://a.example/x?y=1#z")
        .query([("a b", "c&d=é")])
        .bearer(&Secret::new("canary".to_owned()))
        .json(&serde_json::json!({ "title": "t" }))
        .retries(3);
    assert!(!format!("{request:?}").contains("canary"));
    let answer = now(request.send()).unwrap();
    let value: serde_json::Value = now(answer.json()).unwrap();
    assert_eq!(value["id"], 7);
    let sent = out.sent.lock().unwrap();
    assert_eq!(
        sent[0].url,
        "https://a.example/x?y=1&a%20b=c%26d%3D%C3%A9#z"
    );
    assert_eq!(sent[0].headers["authorization"], "Bearer canary");
    assert!(sent[0].headers["authorization"].is_sensitive());
    assert_eq!(sent[0].headers["content-type"], "application/json");
    assert_eq!(sent[0].body, r#"{"title":"t"}"#);
    assert_eq!(sent[0].destination, Destination::Operator);
    assert!(sent[0].hosts.as_ref().unwrap().names("a.example", 443));
    // It must not be done twice.
    assert_eq!(sent[0].retries, 0);
}

#[test]
fn only_what_may_be_done_twice_is_retried() {
    let out = recorder(200, "");
    let client = HttpClient::new(Some(out.clone()), None);
    now(client.get("https://a.example").retries(2).send()).unwrap();
    now(client
        .post("https://a.example")
        .idempotent()
        .retries(2)
        .send())
    .unwrap();
    now(client.patch("https://a.example").retries(2).send()).unwrap();
    let retries: Vec<_> = out
        .sent
        .lock()
        .unwrap()
        .iter()
        .map(|sent| sent.retries)
        .collect();
    assert_eq!(retries, [2, 2, 0]);
    let guarded = |sent: &crate::ports::HttpRequest| sent.destination == Destination::Guarded;
    assert!(out.sent.lock().unwrap().iter().all(guarded));
}

#[test]
fn what_cannot_be_sent_is_not_sent_and_not_repeated() {
    let out = recorder(200, "");
    let client = HttpClient::new(Some(out.clone()), None);
    let get = || client.get("https://a.example");
    for request in [
        get().header("x", "can\r\nary: 1"),
        get().header("can ary", "x"),
    ] {
        let error: Error = now(request.send()).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Internal, "bad_request_made")
        );
        assert!(!format!("{error:?}").contains("ary"));
    }
    let secret = Secret::new("can\nary".to_owned());
    let error: Error = now(get().secret_header("x", &secret).send()).unwrap_err();
    assert_eq!(error.code(), "credential_unusable");
    assert!(!format!("{error:?}").contains("ary"));
    assert!(out.sent.lock().unwrap().is_empty());
}

#[test]
fn answers_that_are_no_success_say_what_they_stand_for_and_nothing_else() {
    for (status, kind, code) in [
        (302, Kind::BadGateway, "upstream_redirected"),
        (400, Kind::BadGateway, "upstream_refused"),
        (401, Kind::BadGateway, "upstream_unauthorized"),
        (403, Kind::BadGateway, "upstream_unauthorized"),
        (404, Kind::NotFound, "upstream_not_found"),
        (429, Kind::RateLimited, "upstream_rate_limited"),
        (500, Kind::BadGateway, "upstream_failed"),
    ] {
        let client = HttpClient::new(Some(recorder(status, "canary")), None);
        let answer = now(client.get("https://a.example").send()).unwrap();
        let error = now(answer.json::<u8>()).unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, code));
        assert!(!format!("{error:?}").contains("canary"));
    }
    let client = HttpClient::new(Some(recorder(200, "<html>canary</html>")), None);
    let answer = now(client.get("https://a.example").send()).unwrap();
    let error = now(answer.json::<u8>()).unwrap_err();
    assert_eq!(error.code(), "upstream_not_json");
    assert!(!format!("{error:?}").contains("canary"));
}

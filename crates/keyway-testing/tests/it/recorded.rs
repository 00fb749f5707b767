use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use keyway::{App, Context, Credential, Error, Secret, action};
use keyway_core::ports::HttpError;
use keyway_testing::{Expected, FixedClock, Recorded, TestCall};
use serde_json::{Value, json};

#[derive(Credential)]
#[credential(hosts("api.acme.example"))]
struct Acme {
    api_key: Secret<String>,
}

/// Opens a ticket.
#[action(slug = "acme:open")]
async fn open(context: &Context, title: String, host: String, acme: Acme) -> Result<Value, Error> {
    let url = format!("https://{host}/tickets");
    let body = json!({ "title": title, "token": "canary-body", "at": context.now() });
    let request = context.http().post(url).bearer(&acme.api_key).json(&body);
    request.idempotent().retries(1).send().await?.json().await
}

fn call(http: &Recorded, host: &str) -> TestCall {
    TestCall::of(App::of::<Acme>().action(open()), "acme:open")
        .credential(json!({ "apiKey": "canary-key" }))
        .http(http)
        .input(json!({ "title": "Printer", "host": host }))
}

fn expected() -> Expected {
    Expected::post("https://api.acme.example/tickets").header("authorization", "Bearer canary-key")
}

/// What a test that fails says.
async fn said(http: &Recorded) -> String {
    let failed = AssertUnwindSafe(call(http, "api.acme.example").run())
        .catch_unwind()
        .await;
    let said = failed.unwrap_err();
    let said = said.downcast_ref::<String>().unwrap().clone();
    assert!(!said.contains("canary"), "{said}");
    said
}

#[tokio::test]
async fn requests_are_answered_in_order_and_sent_again_where_they_may_be() {
    let clock = FixedClock::at("2026-03-01T08:00:00Z");
    let body = json!({ "title": "Printer", "token": "canary-body", "at": "2026-03-01T08:00:00Z" });
    let http = Recorded::new([
        expected().answers(503, json!({})),
        expected().json(body).answers(201, json!({ "id": 1 })),
    ]);
    let answer = call(&http, "api.acme.example").clock(&clock).run().await;
    assert_eq!(answer.unwrap(), json!({ "id": 1 }));
    http.finish();
    assert_eq!(http.received().len(), 2);
    clock.forward(Duration::from_secs(1));
    let broken = Recorded::new([expected().fails(HttpError::Timeout)]);
    let error = call(&broken, "api.acme.example").run().await.unwrap_err();
    assert_eq!(error.code(), "upstream_timeout");
}

#[tokio::test]
async fn what_differs_is_named_and_no_secret_is_shown() {
    let title = json!({ "title": "Lamp", "token": "other", "more": 1 });
    for (wanted, told) in [
        (
            Expected::get("https://api.acme.example/tickets"),
            vec!["method: expected GET, sent POST"],
        ),
        (
            Expected::post("https://api.acme.example/"),
            vec!["URL: expected https://api.acme.example/, sent https://api.acme.example/tickets"],
        ),
        (
            expected().header("authorization", "Bearer other"),
            vec!["header `authorization`: has another value (not shown)"],
        ),
        (
            expected().header("x-trace", "1"),
            vec!["header `x-trace`: was not sent"],
        ),
        (
            expected().json(title),
            vec![
                "body at `/title`: expected \"Lamp\", sent \"Printer\"",
                "body at `/token`: differs (not shown)",
                "body at `/more`: was not sent",
                "body at `/at`: was not expected",
            ],
        ),
    ] {
        let said = said(&Recorded::new([wanted])).await;
        assert!(
            said.starts_with("request 1 is not the one expected"),
            "{said}"
        );
        for part in told {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    let said = said(&Recorded::nothing()).await;
    assert!(said.contains("was not expected"), "{said}");
}

#[tokio::test]
async fn a_host_that_the_credential_is_not_for_is_refused_as_in_earnest() {
    let http = Recorded::new([expected()]);
    let error = call(&http, "evil.example").run().await.unwrap_err();
    assert_eq!(error.code(), "upstream_refused_address");
    assert!(http.received().is_empty());
    let left = std::panic::catch_unwind(AssertUnwindSafe(|| http.finish()));
    let said = left.unwrap_err();
    let said = said.downcast_ref::<String>().unwrap();
    assert!(
        said.contains("did not come: POST https://api.acme.example/tickets"),
        "{said}"
    );
}

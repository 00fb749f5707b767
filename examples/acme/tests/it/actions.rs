use std::time::Duration;

use keyway_core::Kind;
use keyway_testkit::acme::{Acme, Misbehaviour};
use serde_json::json;

use crate::support::call;

const KEY: &str = "canary-acme-key";

#[tokio::test]
async fn a_ticket_is_opened_with_the_key() {
    let acme = Acme::start(KEY).await;
    let ticket = json!({ "title": "Printer", "body": "It burns." });
    let made = call(&acme.url(), KEY, "acme:create-ticket", ticket.clone())
        .await
        .unwrap();
    assert_eq!(made, json!({ "id": "T-1" }));
    assert_eq!(
        acme.tickets(),
        [json!({ "id": "T-1", "title": "Printer", "body": "It burns." })]
    );
    assert_eq!(acme.received()[0].authorization, format!("Bearer {KEY}"));
    let me = call(&acme.url(), KEY, "acme:whoami", json!({}))
        .await
        .unwrap();
    assert_eq!(me, json!({ "name": "Ada" }));
}

#[tokio::test]
async fn another_key_is_refused_and_what_is_no_ticket_never_leaves() {
    let acme = Acme::start("another").await;
    let error = call(&acme.url(), KEY, "acme:whoami", json!({}))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::BadGateway, "upstream_unauthorized")
    );
    let sent = acme.received().len();
    let half = json!({ "title": "Printer" });
    let error = call(&acme.url(), KEY, "acme:create-ticket", half)
        .await
        .unwrap_err();
    assert_eq!((error.kind(), acme.received().len()), (Kind::Invalid, sent));
}

#[tokio::test]
async fn an_acme_that_misbehaves_learns_and_tells_nothing() {
    let acme = Acme::start(KEY).await;
    let elsewhere = Acme::start(KEY).await;
    let away = elsewhere.url().replace("localhost", "127.0.0.1");
    for (misbehaviour, code) in [
        (Misbehaviour::Fails, "upstream_failed"),
        (Misbehaviour::NoJson, "upstream_not_json"),
        (Misbehaviour::NoContent, "upstream_not_json"),
        (
            Misbehaviour::Busy { retry_after: 7 },
            "upstream_rate_limited",
        ),
        (
            Misbehaviour::Large {
                bytes: 11 * 1024 * 1024,
            },
            "upstream_too_large",
        ),
        (
            Misbehaviour::Redirects { to: away },
            "upstream_refused_address",
        ),
    ] {
        acme.misbehave(misbehaviour.clone());
        let ticket = json!({ "title": "t", "body": "b" });
        let error = call(&acme.url(), KEY, "acme:create-ticket", ticket)
            .await
            .unwrap_err();
        assert_eq!(error.code(), code, "{misbehaviour:?}");
        let told = format!("{error:?} {error} {}", error.to_json());
        assert!(!told.contains("canary"), "{told}");
        let busy = matches!(misbehaviour, Misbehaviour::Busy { .. });
        assert_eq!(error.retry_after(), busy.then_some(Duration::from_secs(7)));
    }
    assert_eq!((acme.tickets().len(), elsewhere.received().len()), (0, 0));
}

#[tokio::test]
async fn what_may_be_done_twice_is_tried_again() {
    let acme = Acme::start(KEY).await;
    acme.misbehave(Misbehaviour::Busy { retry_after: 0 });
    let me = call(&acme.url(), KEY, "acme:whoami", json!({}))
        .await
        .unwrap();
    assert_eq!((me, acme.received().len()), (json!({ "name": "Ada" }), 2));
}

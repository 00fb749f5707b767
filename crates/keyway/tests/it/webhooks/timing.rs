//! How long a refusal takes says nothing of who is here.

use std::time::Duration;

use http::HeaderMap;
use keyway_app::inbox::{AppKnock, Knock};
use keyway_testkit::models::Script;
use serde_json::json;
use tokio::time::Instant;

use super::world::{AGENT, Desk};
use crate::agents::world::{Lab, agent};

/// So long that hashing it is most of the work.
const BODY: usize = 8 << 20;

/// The least time that a refusal takes.
async fn refusal(desk: &Desk, publication: &str, headers: &HeaderMap, body: &[u8]) -> Duration {
    let app = desk.lab.app.running.app();
    let mut least = Duration::MAX;
    for _ in 0..3 {
        let begun = Instant::now();
        let knock = Knock {
            provider: "webhook",
            publication,
            headers,
            body,
        };
        let refused = app.accept_webhook(knock).await.unwrap_err();
        assert_eq!(refused.code(), "webhook_refused");
        least = least.min(begun.elapsed());
    }
    least
}

#[tokio::test]
async fn attack_a_refusal_takes_as_long_for_an_address_that_is_there_as_for_one_that_is_not() {
    let lab = Lab::new(vec![agent(AGENT)], Script::default()).await;
    let settings = json!({
        "verification": { "kind": "standard_webhooks" }, "message": "/text"
    });
    let draft = json!({ "provider": "webhook", "name": "Tickets", "settings": settings });
    let desk = Desk::at(lab, draft).await;
    let body = vec![b' '; BODY];
    let nowhere = "pub_01890a5d-ac96-774b-bcce-b302099a8057";
    let none = HeaderMap::new();
    let nobody = refusal(&desk, nowhere, &none, &body).await;
    let unsigned = refusal(&desk, desk.id(), &none, &body).await;
    assert!(unsigned * 3 > nobody, "{unsigned:?} for {nobody:?}");
    // Eight signatures take as long as one.
    let mut many = HeaderMap::new();
    let now = jiff::Timestamp::now().as_second().to_string();
    let signature = format!("v1,{}=", "A".repeat(43));
    let signatures = [signature.as_str(); 8].join(" ");
    for (name, value) in [
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", &now),
        ("webhook-signature", &signatures),
    ] {
        many.insert(name, value.parse().unwrap());
    }
    let signed = refusal(&desk, desk.id(), &many, &body).await;
    assert!(signed < nobody * 3, "{signed:?} for {nobody:?}");
    // The address of an app has no other answer, whatever is sent.
    let app = desk.lab.app.running.app();
    let knock = AppKnock {
        provider: "webhook",
        headers: &many,
        body: &body,
    };
    let refused = app.accept_app_webhook(knock).await.unwrap_err();
    assert_eq!(refused.code(), "webhook_refused");
}

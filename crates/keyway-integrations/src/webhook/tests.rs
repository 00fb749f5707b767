use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use keyway_core::ports::Random;
use keyway_core::provider::sign::{self, Algorithm};
use keyway_core::provider::{
    Granularity, IntegrationProvider as _, ProviderContext, Refused, WebhookOutcome, WebhookRequest,
};
use keyway_core::{Error, Secret};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Webhook;

const NOW: i64 = 1_800_000_000;
const SECRET: &str = "It's a Secret to Everybody";

/// An installation and its publication.
struct Set {
    settings: Value,
    triggers: Value,
    secret: Secret<String>,
}

impl Set {
    fn new(settings: Value) -> Self {
        Self {
            settings,
            triggers: json!({}),
            secret: Secret::new(SECRET.to_owned()),
        }
    }

    fn hmac(verification: Value) -> Self {
        let mut verification = verification;
        verification["kind"] = "hmac".into();
        Self::new(json!({ "verification": verification }))
    }

    fn context(&self) -> ProviderContext<'_> {
        ProviderContext {
            settings: &self.settings,
            triggers: &self.triggers,
            secret: &self.secret,
            workspace: None,
            now: Timestamp::from_second(NOW).unwrap(),
        }
    }

    fn verify(&self, headers: &[(&str, String)], body: &[u8]) -> Result<(), Refused> {
        let headers = map(headers);
        let request = WebhookRequest {
            headers: &headers,
            body,
        };
        Webhook.verify_webhook(&request, &self.context())
    }

    fn parse(&self, headers: &[(&str, String)], body: &[u8]) -> WebhookOutcome {
        let headers = map(headers);
        let request = WebhookRequest {
            headers: &headers,
            body,
        };
        Webhook.parse_webhook(&request, &self.context())
    }

    fn check(&self, granularity: Granularity) -> Result<(), Error> {
        Webhook.check(&self.context(), granularity)
    }

    /// Why a body wakes nobody.
    fn rule(&self, body: &Value) -> String {
        match self.parse(&[], body.to_string().as_bytes()) {
            WebhookOutcome::Ignored { rule, .. } => rule,
            WebhookOutcome::Accepted(event) => format!("accepted {}", event.dedupe_key),
            other => format!("{other:?}"),
        }
    }
}

fn map(headers: &[(&str, String)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        map.append(name, HeaderValue::from_str(value).unwrap());
    }
    map
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn signature(parts: &[&[u8]]) -> String {
    hex(&Algorithm::Sha256.sign(SECRET.as_bytes(), parts))
}

fn github() -> Set {
    Set::hmac(json!({ "header": "X-Hub-Signature-256", "prefix": "sha256=" }))
}

#[test]
fn a_signature_over_the_body_is_the_one_its_vendor_documents() {
    // The example of "Validating webhook deliveries" in GitHub's documentation.
    let known = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let header = |value: &str| [("x-hub-signature-256", value.to_owned())];
    let body = b"Hello, World!";
    assert_eq!(github().verify(&header(known), body), Ok(()));
    assert_eq!(
        github().verify(&header(&known.to_uppercase()), body),
        Err(Refused::Unsigned)
    );
    let tampered = github().verify(&header(known), b"Hello, World?");
    assert_eq!(tampered, Err(Refused::Signature));
    let truncated = github().verify(&header(known), b"Hello, World");
    assert_eq!(truncated, Err(Refused::Signature));
    for bad in [
        "",
        "sha256=",
        known.trim_start_matches("sha256="),
        known.get(..known.len() - 1).unwrap(),
        known.get(..known.len() - 2).unwrap(),
        &format!("{known}00"),
        &format!("{known} "),
        &known.replace("757", "7g7"),
        &known.replace("757", "+57"),
    ] {
        let refused = github().verify(&header(bad), body);
        assert!(refused.is_err(), "{bad}");
    }
    assert_eq!(github().verify(&[], body), Err(Refused::Unsigned));
    let twice = [header(known), header(known)].concat();
    assert_eq!(github().verify(&twice, body), Err(Refused::Unsigned));
}

#[test]
fn a_signed_timestamp_counts_both_ways_and_cannot_be_changed() {
    let set = Set::hmac(json!({
        "header": "x-sign", "prefix": "v0=", "signed": "v0:{timestamp}:{body}",
        "timestampHeader": "x-time", "toleranceSeconds": 300
    }));
    set.check(Granularity::PerEvent).unwrap();
    let at = |seconds: i64, signed: i64| {
        let before = format!("v0:{signed}:");
        let signature = signature(&[before.as_bytes(), b"{}"]);
        [
            ("x-time", seconds.to_string()),
            ("x-sign", format!("v0={signature}")),
        ]
    };
    for away in [-300, 0, 300] {
        assert_eq!(
            set.verify(&at(NOW + away, NOW + away), b"{}"),
            Ok(()),
            "{away}"
        );
    }
    for away in [-301, 301] {
        let stale = set.verify(&at(NOW + away, NOW + away), b"{}");
        assert_eq!(stale, Err(Refused::Stale), "{away}");
    }
    assert_eq!(
        set.verify(&at(NOW, NOW - 900), b"{}"),
        Err(Refused::Signature)
    );
    let untimed = set.verify(at(NOW, NOW).get(1..).unwrap(), b"{}");
    assert_eq!(untimed, Err(Refused::Unsigned));
}

#[test]
fn standard_webhooks_verify_as_their_specification_says() {
    // The example of the reference libraries of Standard Webhooks.
    let mut set = Set::new(json!({ "verification": { "kind": "standard_webhooks" } }));
    set.secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
    set.check(Granularity::PerEvent).unwrap();
    let body = br#"{"test": 2432232314}"#;
    let at = |seconds: i64, signatures: &str| {
        [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signatures.to_owned()),
        ]
    };
    let known = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    // It is right, and years old.
    assert_eq!(
        set.verify(&at(1_614_265_330, known), body),
        Err(Refused::Stale)
    );
    let key = sign::unbase64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let now = NOW.to_string();
    let parts: [&[u8]; 5] = [
        b"msg_p5jXN8AQM9LWM0D4loKWxJek",
        b".",
        now.as_bytes(),
        b".",
        body,
    ];
    let fresh = format!("v1,{}", sign::base64(&Algorithm::Sha256.sign(&key, &parts)));
    assert_eq!(set.verify(&at(NOW, &fresh), body), Ok(()));
    let rotated = format!("v1,AAAA v1a,xyz {fresh}");
    assert_eq!(set.verify(&at(NOW, &rotated), body), Ok(()));
    assert_eq!(
        set.verify(&at(NOW + 1, &fresh), body),
        Err(Refused::Signature)
    );
    for bad in [
        "",
        "v1,",
        "v2,AAAA",
        fresh.trim_start_matches("v1,"),
        fresh.trim_end_matches('='),
    ] {
        assert!(set.verify(&at(NOW, bad), body).is_err(), "{bad}");
    }
    let named = set.parse(&at(NOW, &fresh), body);
    let WebhookOutcome::Accepted(event) = named else {
        unreachable!("{named:?}")
    };
    assert_eq!(event.dedupe_key, "msg_p5jXN8AQM9LWM0D4loKWxJek");
}

#[test]
fn pointers_say_what_an_event_is() {
    let mut set = github();
    set.settings["eventId"] = "/id".into();
    set.settings["conversation"] = "/ticket/number".into();
    set.settings["message"] = "/text".into();
    set.settings["actor"] = "/by".into();
    set.settings["about"] = "/ticket/title".into();
    let body = json!({
        "id": "e1", "text": "It broke", "by": "ada", "ticket": { "number": 7, "title": "Pipe" }
    });
    let parsed = set.parse(&[], body.to_string().as_bytes());
    let WebhookOutcome::Accepted(event) = parsed else {
        unreachable!("{parsed:?}")
    };
    assert_eq!(event.dedupe_key, "e1");
    let thread = Webhook.dispatch(&event, Granularity::PerThread).unwrap();
    assert_eq!(thread.conversation.as_deref(), Some("7"));
    assert_eq!(
        (thread.message.as_str(), thread.from.as_deref()),
        ("It broke", Some("ada"))
    );
    assert_eq!(thread.about.as_deref(), Some("Pipe"));
    let user = Webhook.dispatch(&event, Granularity::PerUser).unwrap();
    assert_eq!(user.conversation.as_deref(), Some("ada"));
    let alone = Webhook.dispatch(&event, Granularity::PerEvent).unwrap();
    assert_eq!(alone.conversation, None);
    assert_eq!(Webhook.dispatch(&event, Granularity::PerChannel), None);
}

#[test]
fn what_is_no_key_is_never_taken_for_one() {
    let mut set = github();
    set.settings["eventId"] = "/id".into();
    for bad in [
        json!({}),
        json!({ "id": null }),
        json!({ "id": "" }),
        json!({ "id": 1.5 }),
        json!({ "id": [1] }),
        json!({ "id": "x".repeat(256) }),
    ] {
        assert_eq!(set.rule(&bad), "no_event_id", "{bad}");
    }
    // Two that are rounded to the same number.
    let huge = set.parse(&[], br#"{"id":123456789012345678901234567890}"#);
    assert!(matches!(huge, WebhookOutcome::Ignored { rule, .. } if rule == "no_event_id"));
    assert_eq!(set.rule(&json!({ "id": 7 })), "accepted 7");
    for bad in [&b""[..], b"{", b"\xff\xfe", b"a=b&c=d"] {
        let parsed = set.parse(&[], bad);
        assert!(matches!(parsed, WebhookOutcome::Ignored { rule, .. } if rule == "body_not_json"));
    }
    let deep = [vec![b'['; 500], vec![b']'; 500]].concat();
    let parsed = set.parse(&[], &deep);
    assert!(matches!(parsed, WebhookOutcome::Ignored { rule, .. } if rule == "body_not_json"));
}

#[test]
fn only_what_meets_every_trigger_wakes_the_agent() {
    let mut set = github();
    set.settings["actor"] = "/by".into();
    set.settings["message"] = "/text".into();
    set.triggers = json!({
        "actors": ["ada"],
        "where": [{ "pointer": "/action", "equals": ["opened", "reopened"] },
                  { "pointer": "/draft", "equals": [false] }]
    });
    set.check(Granularity::PerEvent).unwrap();
    let body = |by: &str, action: &str, draft: bool, text: &str| json!({ "by": by, "action": action, "draft": draft, "text": text });
    assert!(
        set.rule(&body("ada", "reopened", false, "x"))
            .starts_with("accepted")
    );
    assert_eq!(
        set.rule(&body("eve", "opened", false, "x")),
        "actor_not_listed"
    );
    assert_eq!(set.rule(&json!({ "action": "opened" })), "actor_not_listed");
    assert_eq!(set.rule(&body("ada", "closed", false, "x")), "where_0");
    assert_eq!(set.rule(&body("ada", "opened", true, "x")), "where_1");
    assert_eq!(set.rule(&body("ada", "opened", false, "  ")), "no_message");
}

#[test]
fn settings_that_cannot_work_are_told_at_their_place() {
    let places = |set: &Set, granularity| {
        let error = set.check(granularity).unwrap_err();
        let places = error.problems().iter();
        places.map(|one| one.pointer.clone()).collect::<Vec<_>>()
    };
    let set = Set::hmac(json!({
        "header": "no header", "prefix": "a b", "signed": "{timestamp}.{body}", "toleranceSeconds": 0
    }));
    let verification = "/settings/verification/";
    assert_eq!(
        places(&set, Granularity::PerThread),
        [
            "/settings/conversation".to_owned(),
            format!("{verification}header"),
            format!("{verification}prefix"),
            format!("{verification}timestampHeader"),
            format!("{verification}toleranceSeconds"),
        ]
    );
    let unsigned = Set::hmac(json!({ "header": "x", "timestampHeader": "t" }));
    assert_eq!(
        places(&unsigned, Granularity::PerUser),
        [
            "/settings/actor".to_owned(),
            format!("{verification}signed")
        ]
    );
    let mut set = github();
    set.settings["eventId"] = "id".into();
    set.triggers = json!({ "where": [{ "pointer": "/a~2", "equals": [] }] });
    assert_eq!(
        places(&set, Granularity::PerEvent),
        [
            "/settings/eventId",
            "/triggers/where/0/pointer",
            "/triggers/where/0/equals"
        ]
    );
    set.settings["more"] = 1.into();
    assert_eq!(places(&set, Granularity::PerEvent), ["/settings"]);
    let mut standard = Set::new(json!({ "verification": { "kind": "standard_webhooks" } }));
    assert_eq!(places(&standard, Granularity::PerEvent), ["/secret"]);
    standard.secret = Webhook.new_secret(&standard.settings, &Sevens);
    standard.check(Granularity::PerEvent).unwrap();
}

/// Not random at all.
struct Sevens;

impl Random for Sevens {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

proptest! {
    #[test]
    fn no_other_bytes_pass_under_a_signature(
        body in prop::collection::vec(any::<u8>(), 0..64),
        other in prop::collection::vec(any::<u8>(), 0..64),
        header in "[ -~]{0,80}",
    ) {
        let good = [("x-hub-signature-256", format!("sha256={}", signature(&[&body])))];
        prop_assert_eq!(github().verify(&good, &body), Ok(()));
        prop_assume!(body != other);
        prop_assert!(github().verify(&good, &other).is_err());
        prop_assert!(github().verify(&[("x-hub-signature-256", header)], &body).is_err());
    }

    #[test]
    fn whatever_is_sent_is_parsed_without_a_fault(body in prop::collection::vec(any::<u8>(), 0..256)) {
        let mut set = github();
        set.settings["eventId"] = "/id".into();
        let _ = set.parse(&[], &body);
    }
}

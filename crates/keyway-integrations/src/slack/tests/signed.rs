use keyway_core::provider::Refused;
use proptest::prelude::*;

use super::*;

fn verify(set: &Set, headers: &[(&str, &str)], body: &[u8]) -> Result<(), Refused> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: http::HeaderName = name.parse().unwrap();
        map.append(name, http::HeaderValue::from_str(value).unwrap());
    }
    let request = WebhookRequest {
        headers: &map,
        body,
    };
    Slack.verify_webhook(&request, &set.context())
}

fn at(set: &Set, seconds: i64, body: &[u8]) -> Result<(), Refused> {
    let seconds = seconds.to_string();
    let signature = format!("v0={}", hex(&[b"v0:", seconds.as_bytes(), b":", body]));
    let headers = [
        ("x-slack-request-timestamp", seconds.as_str()),
        ("x-slack-signature", signature.as_str()),
    ];
    verify(set, &headers, body)
}

#[test]
fn the_example_of_slacks_documentation_verifies_while_it_is_new() {
    // "Verifying requests from Slack", step by step.
    let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let headers = [
        ("x-slack-request-timestamp", "1531420618"),
        (
            "x-slack-signature",
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        ),
    ];
    let set = Set {
        secret: Secret::new("8f742231b10e8888abcd99yyyzzz85a5".to_owned()),
        ..Set::new()
    };
    let mut then = set.context();
    then.now = Timestamp::from_second(1_531_420_618).unwrap();
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name, value.parse().unwrap());
    }
    let request = WebhookRequest {
        headers: &map,
        body,
    };
    assert_eq!(Slack.verify_webhook(&request, &then), Ok(()));
    // It is right, and years old.
    assert_eq!(verify(&set, &headers, body), Err(Refused::Stale));
}

#[test]
fn a_timestamp_counts_both_ways_and_is_part_of_what_is_signed() {
    let set = Set::new();
    for away in [-300, 0, 300] {
        assert_eq!(at(&set, NOW + away, b"{}"), Ok(()), "{away}");
    }
    for away in [-301, 301] {
        assert_eq!(at(&set, NOW + away, b"{}"), Err(Refused::Stale), "{away}");
    }
    let now = NOW.to_string();
    let signature = format!("v0={}", hex(&[b"v0:", now.as_bytes(), b":", b"{}"]));
    let later = (NOW + 1).to_string();
    for time in [
        later.as_str(),
        " 1800000000",
        "+1800000000",
        "1800000000.0",
        "",
    ] {
        let headers = [
            ("x-slack-request-timestamp", time),
            ("x-slack-signature", &signature),
        ];
        assert!(verify(&set, &headers, b"{}").is_err(), "{time}");
    }
}

#[test]
fn only_the_one_text_of_a_signature_is_one() {
    let set = Set::new();
    let now = NOW.to_string();
    let good = format!("v0={}", hex(&[b"v0:", now.as_bytes(), b":", b"{}"]));
    let send = |signature: &str| {
        let headers = [
            ("x-slack-request-timestamp", now.as_str()),
            ("x-slack-signature", signature),
        ];
        verify(&set, &headers, b"{}")
    };
    assert_eq!(send(&good), Ok(()));
    for bad in [
        String::new(),
        "v0=".to_owned(),
        good.replace("v0=", "v1="),
        good.replace("v0=", ""),
        good.to_uppercase(),
        format!("v0={}", good[3..].to_uppercase()),
        good[..good.len() - 1].to_owned(),
        good[..good.len() - 2].to_owned(),
        format!("{good}00"),
        format!("{good} "),
        format!("v0=0x{}", &good[3..]),
        format!("{}g", &good[..good.len() - 1]),
    ] {
        assert!(send(&bad).is_err(), "{bad}");
    }
    let twice = [
        ("x-slack-request-timestamp", now.as_str()),
        ("x-slack-signature", good.as_str()),
        ("x-slack-signature", good.as_str()),
    ];
    assert_eq!(verify(&set, &twice, b"{}"), Err(Refused::Unsigned));
    assert_eq!(verify(&set, &twice[..1], b"{}"), Err(Refused::Unsigned));
    assert_eq!(verify(&set, &twice[1..2], b"{}"), Err(Refused::Unsigned));
    let other = Set {
        secret: Secret::new("another secret".to_owned()),
        ..Set::new()
    };
    let headers = &twice[..2];
    assert_eq!(verify(&other, headers, b"{}"), Err(Refused::Signature));
}

proptest! {
    #[test]
    fn no_other_bytes_pass_under_a_signature_of_slack(
        body in prop::collection::vec(any::<u8>(), 0..64),
        other in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let set = Set::new();
        prop_assert_eq!(at(&set, NOW, &body), Ok(()));
        prop_assume!(body != other);
        let now = NOW.to_string();
        let signature = format!("v0={}", hex(&[b"v0:", now.as_bytes(), b":", &body]));
        let headers = [("x-slack-request-timestamp", now.as_str()), ("x-slack-signature", signature.as_str())];
        prop_assert_eq!(verify(&set, &headers, &other), Err(Refused::Signature));
    }

    #[test]
    fn whatever_is_signed_by_slack_is_parsed_without_a_fault(body in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = Set::new().parse_bytes(&body);
    }

    #[test]
    fn whatever_stands_in_an_event_is_parsed_without_a_fault(
        kind in prop::sample::select(vec!["message", "app_mention", "reaction_added", "tokens_revoked"]),
        subtype in prop::option::of("[a-z_]{0,16}"),
        text in ".{0,80}",
        channel in "[CGDX]?[A-Z0-9]{0,6}",
        ts in "[0-9.]{0,18}",
    ) {
        let set = Set::with(json!({ "edits": true, "listen": ["C0ONE"], "reactions": ["eyes"] }));
        let inner = json!({ "text": text, "ts": ts, "user": "U0ADA" });
        let body = around(json!({
            "type": kind, "subtype": subtype, "text": text, "channel": channel, "ts": ts, "user": "U0ADA",
            "message": inner, "item": inner, "tokens": { "bot": [ts] },
        }));
        let _ = set.parse(&body);
    }
}

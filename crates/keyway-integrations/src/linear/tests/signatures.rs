use keyway_core::provider::Refused;
use proptest::prelude::*;
use serde_json::json;

use super::{NOW, Set, signature};

const HEADER: &str = "linear-signature";

fn at(millis: i64) -> Vec<u8> {
    json!({ "type": "Comment", "webhookTimestamp": millis })
        .to_string()
        .into_bytes()
}

#[test]
fn a_signature_is_bare_strict_hexadecimal_over_the_very_bytes() {
    let set = Set::app();
    let body = at(NOW);
    let known = signature(&body);
    assert_eq!(set.verify(&[(HEADER, &known)], &body), Ok(()));
    assert_eq!(
        set.verify(&[(HEADER, &known.to_uppercase())], &body),
        Ok(())
    );
    let spaced = [body.clone(), b" ".to_vec()].concat();
    let tampered = set.verify(&[(HEADER, &known)], &spaced);
    assert_eq!(tampered, Err(Refused::Signature));
    for bad in [
        "",
        &format!("sha256={known}"),
        &known[1..],
        &known[2..],
        &format!("{known}00"),
        &format!("+{}", &known[1..]),
        &format!("g{}", &known[1..]),
        &format!("{known} "),
    ] {
        assert!(set.verify(&[(HEADER, bad)], &body).is_err(), "{bad}");
    }
    assert_eq!(set.verify(&[], &body), Err(Refused::Unsigned));
    let twice = [(HEADER, known.as_str()), (HEADER, known.as_str())];
    assert_eq!(set.verify(&twice, &body), Err(Refused::Unsigned));
}

#[test]
fn the_signed_moment_counts_both_ways_and_the_header_s_does_not() {
    let set = Set::app();
    let verify = |body: &[u8]| {
        let now = NOW.to_string();
        let known = signature(body);
        set.verify(&[(HEADER, &known), ("linear-timestamp", &now)], body)
    };
    for away in [-60_000, -1, 0, 60_000] {
        assert_eq!(verify(&at(NOW + away)), Ok(()), "{away}");
    }
    for away in [-60_001, 60_001, -3_600_000] {
        assert_eq!(verify(&at(NOW + away)), Err(Refused::Stale), "{away}");
    }
    let seconds = verify(&at(NOW / 1000));
    assert_eq!(seconds, Err(Refused::Stale));
    for body in [
        &b"{}"[..],
        b"",
        b"{",
        br#"{"webhookTimestamp":"1800000000000"}"#,
        br#"{"webhookTimestamp":null}"#,
        br#"{"data":{"webhookTimestamp":1800000000000}}"#,
        br#"{"webhookTimestamp":1800000000000,"webhookTimestamp":1800000000000}"#,
    ] {
        assert_eq!(
            verify(body),
            Err(Refused::Stale),
            "{}",
            String::from_utf8_lossy(body)
        );
    }
    // A body that is no JSON is looked at only by who has the secret.
    assert_eq!(
        set.verify(&[(HEADER, &signature(b"x"))], b"{"),
        Err(Refused::Signature)
    );
}

proptest! {
    #[test]
    fn no_other_bytes_pass_under_a_signature_of_linear(
        body in prop::collection::vec(any::<u8>(), 0..64),
        header in "[ -~]{0,80}",
    ) {
        let set = Set::app();
        let good = at(NOW);
        let known = signature(&good);
        prop_assume!(body != good && header != known);
        prop_assert!(set.verify(&[(HEADER, &known)], &body).is_err());
        prop_assert!(set.verify(&[(HEADER, &header)], &good).is_err());
    }

    #[test]
    fn whatever_linear_is_said_to_send_is_parsed_without_a_fault(body in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = Set::app().parse_bytes(&body);
    }
}

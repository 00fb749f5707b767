use proptest::prelude::*;

use super::*;

/// The example of "Validating webhook deliveries" in GitHub's documentation.
const KNOWN: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

#[test]
fn githubs_own_example_is_verified_and_nothing_near_it() {
    let set = Set::new(json!({}));
    let body = b"Hello, World!";
    assert_eq!(set.verify(&[KNOWN], body), Ok(()));
    let upper = KNOWN.to_uppercase().replace("SHA256", "sha256");
    assert_eq!(set.verify(&[&upper], body), Ok(()));
    assert_eq!(
        set.verify(&[KNOWN], b"Hello, World?"),
        Err(Refused::Signature)
    );
    assert_eq!(set.verify(&[KNOWN], b""), Err(Refused::Signature));
    for bad in [
        "",
        "sha256=",
        "sha256",
        &KNOWN[7..],
        &KNOWN[..KNOWN.len() - 1],
        &KNOWN[..KNOWN.len() - 2],
        &format!("{KNOWN}00"),
        &format!("{KNOWN} "),
        &KNOWN.replace("757", "7g7"),
        &KNOWN.replace("757", "+57"),
        &KNOWN.replace("sha256", "SHA256"),
        &KNOWN.replace("sha256", "sha1"),
    ] {
        assert_eq!(set.verify(&[bad], body), Err(Refused::Unsigned), "{bad}");
    }
    assert_eq!(set.verify(&[], body), Err(Refused::Unsigned));
    assert_eq!(set.verify(&[KNOWN, KNOWN], body), Err(Refused::Unsigned));
    let other = KNOWN.replace("757", "758");
    assert_eq!(set.verify(&[&other], body), Err(Refused::Signature));
}

#[test]
fn without_a_secret_nothing_is_verified() {
    let mut set = Set::new(json!({}));
    set.secret = Secret::new(String::new());
    let of_nothing = "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    assert_eq!(set.verify(&[of_nothing], b""), Err(Refused::Signature));
}

proptest! {
    #[test]
    fn no_other_bytes_pass_under_a_signature(body in proptest::collection::vec(any::<u8>(), 0..64)) {
        prop_assume!(body != b"Hello, World!");
        prop_assert_eq!(Set::new(json!({})).verify(&[KNOWN], &body), Err(Refused::Signature));
    }

    #[test]
    fn whatever_is_sent_is_parsed_without_a_fault(event in "[a-z_]{0,30}", body in ".*") {
        let set = Set::new(json!({}));
        let headers = map(&[("x-github-event", &event), ("content-type", "application/json")]);
        let request = WebhookRequest { headers: &headers, body: body.as_bytes() };
        let outcome = GitHub.parse_webhook(&request, &set.context());
        let ignored = matches!(outcome, WebhookOutcome::Ignored { .. });
        prop_assert!(ignored);
    }
}

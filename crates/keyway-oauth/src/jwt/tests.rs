use jiff::Timestamp;
use keyway_core::ClientId;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::testing::{Signer, encode};
use super::*;

const NOW: i64 = 1_800_000_000;

fn set(signers: &[&Signer]) -> JwkSet {
    let keys: Vec<_> = signers.iter().map(|signer| signer.public()).collect();
    JwkSet::of_client(&json!({ "keys": keys })).unwrap()
}

fn verify(token: &str, keys: &JwkSet) -> Result<Map<String, Value>, JwtError> {
    Compact::parse(token)?.verify(keys)?.claims()
}

#[test]
fn every_algorithm_verifies() {
    for signer in [
        Signer::es256("k"),
        Signer::eddsa("k"),
        Signer::rsa("k", Algorithm::Rs256),
        Signer::rsa("k", Algorithm::Ps256),
    ] {
        let keys = set(&[&signer]);
        let token = signer.token(&json!({ "a": 1 }));
        assert_eq!(verify(&token, &keys).unwrap()["a"], 1);
        let (message, signature) = token.rsplit_once('.').unwrap();
        let header = message.split('.').next().unwrap();
        let other = format!("{header}.{}.{signature}", encode("{\"a\":2}"));
        assert_eq!(verify(&other, &keys), Err(JwtError::Signature));
        let cut = &token[..token.len() - 4];
        assert!(verify(cut, &keys).is_err());
        assert_eq!(
            verify(&format!("{message}."), &keys),
            Err(JwtError::Signature)
        );
        let again = JwkSet::of_client(&keys.to_json()).unwrap();
        assert_eq!(again, keys);
    }
}

#[test]
fn the_example_of_rfc_7515_verifies() {
    // RFC 7515, appendix A.3.
    let keys = json!({ "keys": [{
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }]});
    let keys = JwkSet::of_client(&keys).unwrap();
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6\
                 Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmX\
                 FCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    assert_eq!(verify(token, &keys).unwrap()["iss"], "joe");
}

#[test]
fn an_algorithm_that_proves_nothing_is_refused() {
    let signer = Signer::es256("k");
    let claims = json!({ "a": 1 });
    for alg in [
        "none", "None", "NONE", "", "HS256", "HS512", "ES384", "RS1", "es256",
    ] {
        let header = json!({ "alg": alg, "kid": "k" });
        let token = signer.token_with(&header, &claims);
        assert_eq!(
            Compact::parse(&token).unwrap_err(),
            JwtError::Algorithm,
            "{alg}"
        );
        let (message, _) = token.rsplit_once('.').unwrap();
        let bare = format!("{message}.");
        assert_eq!(Compact::parse(&bare).unwrap_err(), JwtError::Algorithm);
    }
    let without = signer.token_with(&json!({ "kid": "k" }), &claims);
    assert_eq!(Compact::parse(&without).unwrap_err(), JwtError::Malformed);
}

#[test]
fn an_algorithm_has_to_fit_the_key() {
    let rsa = Signer::rsa("k", Algorithm::Rs256);
    let elliptic = Signer::es256("k");
    let claims = json!({});
    // The header says another algorithm than the key has.
    let header = json!({ "alg": "RS256", "kid": "k" });
    let token = elliptic.token_with(&header, &claims);
    assert_eq!(
        verify(&token, &set(&[&elliptic])),
        Err(JwtError::UnknownKey)
    );
    // The padding is not exchangeable.
    let header = json!({ "alg": "PS256", "kid": "k" });
    let token = rsa.token_with(&header, &claims);
    assert_eq!(verify(&token, &set(&[&rsa])), Err(JwtError::Signature));
    // A key may be for one algorithm only.
    let mut jwk = rsa.public();
    jwk["alg"] = json!("PS256");
    let keys = JwkSet::of_client(&json!({ "keys": [jwk] })).unwrap();
    assert_eq!(
        verify(&rsa.token(&claims), &keys),
        Err(JwtError::UnknownKey)
    );
    let mut jwk = elliptic.public();
    jwk["alg"] = json!("RS256");
    assert!(JwkSet::of_client(&json!({ "keys": [jwk] })).is_err());
}

#[test]
fn keys_are_found_by_their_id() {
    let (one, two) = (Signer::es256("one"), Signer::es256("two"));
    let keys = set(&[&one, &two]);
    assert!(verify(&one.token(&json!({})), &keys).is_ok());
    assert!(verify(&two.token(&json!({})), &keys).is_ok());
    // The id of another key is no help, and an unknown one none either.
    let header = json!({ "alg": "ES256", "kid": "two" });
    let token = one.token_with(&header, &json!({}));
    assert_eq!(verify(&token, &keys), Err(JwtError::Signature));
    let header = json!({ "alg": "ES256", "kid": "three" });
    let token = one.token_with(&header, &json!({}));
    assert_eq!(verify(&token, &keys), Err(JwtError::UnknownKey));
    // Without an id every key that fits is tried.
    let token = two.token_with(&json!({ "alg": "ES256" }), &json!({}));
    assert!(verify(&token, &keys).is_ok());
    let stranger = Signer::es256("one");
    assert_eq!(
        verify(&stranger.token(&json!({})), &keys),
        Err(JwtError::Signature)
    );
}

#[test]
fn keys_in_the_token_mean_nothing() {
    let (ours, theirs) = (Signer::es256("k"), Signer::es256("k"));
    let header = json!({
        "alg": "ES256",
        "kid": "k",
        "jwk": theirs.public(),
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/x",
    });
    let token = theirs.token_with(&header, &json!({}));
    assert_eq!(verify(&token, &set(&[&ours])), Err(JwtError::Signature));
}

#[test]
fn critical_parameters_are_refused() {
    let signer = Signer::es256("k");
    for crit in [json!(["exp"]), json!(["b64"]), json!([]), json!("x")] {
        let header = json!({ "alg": "ES256", "crit": crit, "b64": false, "exp": 1 });
        let token = signer.token_with(&header, &json!({}));
        assert_eq!(Compact::parse(&token).unwrap_err(), JwtError::Critical);
    }
}

#[test]
fn what_is_no_token_is_malformed() {
    let signer = Signer::es256("k");
    let good = signer.token(&json!({ "a": 1 }));
    let parts: Vec<_> = good.split('.').collect();
    let twice = signer.signed(r#"{"alg":"ES256","alg":"none"}"#, "{}");
    let array = signer.signed(r#"["ES256"]"#, "{}");
    for token in [
        String::new(),
        String::from("."),
        String::from(".."),
        String::from("a.b"),
        parts[..2].join("."),
        format!("{good}.x"),
        format!("{good}="),
        good.replace('.', ".\n"),
        format!(" {good}"),
        twice,
        array,
        "a".repeat(70_000),
        format!("{}.{}.", encode("{\"alg\":\"ES256\"}"), "a".repeat(70_000)),
    ] {
        assert_eq!(Compact::parse(&token).unwrap_err(), JwtError::Malformed);
    }
    let no_claims = signer.signed(r#"{"alg":"ES256"}"#, "[]");
    let malformed = Err(JwtError::Malformed);
    assert_eq!(verify(&no_claims, &set(&[&signer])), malformed);
}

#[test]
fn keys_that_are_too_weak_or_secret_are_refused() {
    let modulus = |bytes: usize| encode(vec![0xff; bytes]);
    let rsa = |n: String, e: &[u8]| json!({ "kty": "RSA", "n": n, "e": encode(e) });
    let read = |jwk: Value| JwkSet::of_client(&json!({ "keys": [jwk] }));
    assert!(read(rsa(modulus(256), &[1, 0, 1])).is_ok());
    let mut zeros = vec![0, 0];
    zeros.extend([0xff; 128]);
    let elliptic = Signer::es256("k").public();
    let changed = |name: &str, value: Value| {
        let mut jwk = elliptic.clone();
        jwk[name] = value;
        jwk
    };
    for jwk in [
        rsa(modulus(128), &[1, 0, 1]),
        rsa(modulus(255), &[1, 0, 1]),
        rsa(modulus(1025), &[1, 0, 1]),
        rsa(encode(zeros), &[1, 0, 1]),
        rsa(modulus(256), &[1]),
        rsa(modulus(256), &[2]),
        rsa(modulus(256), &[]),
        rsa(modulus(256), &[1, 0, 0, 0, 1]),
        rsa(String::new(), &[1, 0, 1]),
        json!({ "kty": "oct", "k": "AAAA" }),
        json!({ "kty": "OKP", "crv": "X25519", "x": encode([1; 32]) }),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": encode([1; 31]) }),
        changed("crv", json!("P-384")),
        changed("d", json!("AAAA")),
        changed("use", json!("enc")),
        changed("key_ops", json!(["sign"])),
        changed("x", json!("!!")),
        changed("kid", json!("k".repeat(257))),
        changed("kty", json!(1)),
        json!(null),
    ] {
        assert_eq!(read(jwk.clone()), Err(JwtError::Keys), "{jwk}");
    }
    // A point that is not on the curve verifies nothing.
    let off = read(changed("y", json!(encode([7; 32])))).unwrap();
    let token = Signer::es256("k").token(&json!({}));
    assert_eq!(verify(&token, &off), Err(JwtError::Signature));
}

#[test]
fn of_a_provider_the_keys_that_can_be_used_are_taken() {
    let signer = Signer::rsa("k", Algorithm::Rs256);
    let keys = json!({ "keys": [
        { "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA", "kid": "other" },
        { "kty": "oct", "k": "AAAA" },
        { "kty": "RSA", "use": "enc", "n": "AA", "e": "AQAB" },
        signer.public(),
        "nonsense",
    ]});
    let read = |keys: &Value| JwkSet::of_provider(keys.to_string().as_bytes());
    let set = read(&keys).unwrap();
    assert_eq!(set.iter().map(Jwk::id).collect::<Vec<_>>(), [Some("k")]);
    assert!(verify(&signer.token(&json!({})), &set).is_ok());
    for bad in [
        json!({ "keys": [] }),
        json!({ "keys": vec![signer.public(); 101] }),
        json!([]),
        json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }),
    ] {
        assert_eq!(read(&bad), Err(JwtError::Keys));
    }
    assert_eq!(JwkSet::of_provider(b"<html>"), Err(JwtError::Keys));
}

fn claims() -> Value {
    json!({
        "iss": "client_1",
        "sub": "client_1",
        "aud": "https://keyway.example",
        "exp": NOW + 300,
        "iat": NOW,
        "jti": "j1",
    })
}

fn assertion(signer: &Signer, claims: &Value) -> Result<SpentAssertion, JwtError> {
    let client: ClientId = "client_1".parse().unwrap();
    let audiences = [
        "https://keyway.example",
        "https://keyway.example/oauth/token",
    ];
    let audiences = audiences.map(String::from);
    let now = Timestamp::from_second(NOW).unwrap();
    let assertion = Assertion::parse(&signer.token(claims))?;
    assertion.verify(&client, &set(&[signer]), &audiences, now)
}

#[test]
fn a_client_proves_itself_with_an_assertion() {
    let signer = Signer::es256("k");
    let spent = assertion(&signer, &claims()).unwrap();
    assert_eq!(spent.id.expose(), "j1");
    assert_eq!(spent.expires_at.as_second(), NOW + 360);
    for (name, value) in [
        ("aud", json!("https://keyway.example/oauth/token")),
        ("aud", json!(["https://keyway.example"])),
        ("exp", json!(NOW - 59)),
        ("exp", json!(NOW + 360)),
        ("exp", json!(1_800_000_000.5)),
        ("nbf", json!(NOW + 60)),
        ("iat", json!(NOW + 60)),
        ("iat", json!(null)),
        ("extra", json!({ "x": 1 })),
    ] {
        let mut claims = claims();
        claims[name] = value;
        assert!(assertion(&signer, &claims).is_ok(), "{claims}");
    }
}

#[test]
fn an_assertion_is_held_against_everything() {
    let signer = Signer::es256("k");
    for (name, value, error) in [
        ("iss", json!("client_2"), JwtError::Issuer),
        ("sub", json!("client_2"), JwtError::Subject),
        ("aud", json!("https://other.example"), JwtError::Audience),
        ("aud", json!("https://keyway.example/"), JwtError::Audience),
        ("aud", json!([]), JwtError::Audience),
        (
            "aud",
            json!(["https://keyway.example", "https://other.example"]),
            JwtError::Audience,
        ),
        ("exp", json!(NOW - 60), JwtError::Expired),
        ("exp", json!(NOW + 361), JwtError::Expired),
        ("exp", json!(null), JwtError::Expired),
        ("exp", json!("never"), JwtError::Malformed),
        ("exp", json!(1e300), JwtError::Malformed),
        ("nbf", json!(NOW + 61), JwtError::NotYet),
        ("iat", json!(NOW + 61), JwtError::NotYet),
        ("jti", json!(null), JwtError::Id),
        ("jti", json!(""), JwtError::Id),
        ("jti", json!("j".repeat(600)), JwtError::Id),
        ("sub", json!(null), JwtError::Malformed),
    ] {
        let mut claims = claims();
        claims[name] = value;
        assert_eq!(assertion(&signer, &claims), Err(error), "{claims}");
    }
    let header = json!({ "alg": "ES256", "kid": "k", "typ": "at+jwt" });
    let other = Assertion::parse(&signer.token_with(&header, &claims())).unwrap();
    let now = Timestamp::from_second(NOW).unwrap();
    let client = "client_1".parse().unwrap();
    let audiences = [String::from("https://keyway.example")];
    let typed = other.verify(&client, &set(&[&signer]), &audiences, now);
    assert_eq!(typed, Err(JwtError::Type));
    let stranger = Signer::es256("k");
    let forged = Assertion::parse(&stranger.token(&claims())).unwrap();
    assert_eq!(forged.claimed_subject(), "client_1");
    let forged = forged.verify(&client, &set(&[&signer]), &audiences, now);
    assert_eq!(forged, Err(JwtError::Signature));
}

#[test]
fn nothing_of_a_token_is_shown() {
    let signer = Signer::es256("k");
    let token = signer.token(&json!({ "sub": "zebra" }));
    let shown = format!("{:?}", Compact::parse(&token).unwrap());
    assert!(!shown.contains("zebra") && !shown.contains(&token[..20]));
}

proptest! {
    #[test]
    fn no_damage_goes_unseen(at: prop::sample::Index, byte in 0x21u8..0x7f) {
        let signer = Signer::eddsa("k");
        let keys = set(&[&signer]);
        let token = signer.token(&json!({ "sub": "a", "n": [1, 2, 3] }));
        let mut bytes = token.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let damaged = String::from_utf8(bytes).unwrap();
        if damaged != token {
            prop_assert!(verify(&damaged, &keys).is_err());
        }
    }

    #[test]
    fn keys_never_panic(text in ".*", body in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = JwkSet::of_provider(&body);
        let _ = JwkSet::of_client(&json!({ "keys": [{ "kty": "RSA", "n": text, "e": text }] }));
        let _ = Compact::parse(&text);
    }
}

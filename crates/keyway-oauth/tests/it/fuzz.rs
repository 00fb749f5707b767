//! The fuzz targets, in small: over arbitrary bytes, and over good input that was damaged.

use proptest::prelude::*;

#[expect(
    unreachable_pub,
    reason = "the crate of the fuzz targets uses them, too"
)]
#[path = "../../../../fuzz/src/oauth.rs"]
mod targets;

type Target = fn(&[u8]);

/// Each target with inputs that it takes.
const TARGETS: &[(&str, Target, &[&str])] = &[
    (
        "redirect",
        targets::redirect,
        &[
            "https://app.example/cb?a=1",
            "http://127.0.0.1:4711/cb",
            "com.example.app:/cb",
            "https://keyway.example/mcp",
        ],
    ),
    (
        "client_metadata",
        targets::client_metadata,
        &[
            r#"{"client_name":"A","redirect_uris":["https://app.example/cb"],"scope":"mcp"}"#,
            r#"{"client_id":"https://app.example/client.json","client_name":"A","redirect_uris":["http://127.0.0.1/cb"]}"#,
            r#"{"grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_post"}"#,
        ],
    ),
    (
        "authorize_query",
        targets::authorize_query,
        &[
            "client_id=c&redirect_uri=https://app.example/cb?a%3D1&response_type=code&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&state=s&scope=mcp",
        ],
    ),
    (
        "token_form",
        targets::token_form,
        &[
            "grant_type=authorization_code&client_id=a&code=c&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            "grant_type=refresh_token&client_id=a&refresh_token=r&scope=mcp&resource=https://keyway.example/mcp",
        ],
    ),
    (
        "basic_header",
        targets::basic_header,
        &[
            "Basic Y2xpZW50XzE6a3dzX3g=",
            "basic aHR0cHMlM0ElMkYlMkZhOmI=",
        ],
    ),
    (
        "jwt",
        targets::jwt,
        &["eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjIiwiaXNzIjoiYyJ9.DtEhU3ljbEg8L38VWAfUAqOyKAM6"],
    ),
    (
        "jwks",
        targets::jwks,
        &[
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"k"}]}"#,
        ],
    ),
    (
        "id_token",
        targets::id_token,
        &["eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UifQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6"],
    ),
    (
        "scopes",
        targets::scopes,
        &["mcp admin tools:a*__b", "mcp:tools approvals"],
    ),
    ("user_code", targets::user_code, &["BCDF-GHJK", "bcdf ghjk"]),
];

#[test]
fn every_target_is_run_here_and_by_cargo_fuzz() {
    let manifest = include_str!("../../../../fuzz/Cargo.toml");
    let binaries = manifest.matches("[[bin]]").count();
    assert_eq!(binaries, TARGETS.len());
    for (name, ..) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}

#[test]
fn good_input_holds() {
    for (_, target, inputs) in TARGETS {
        inputs.iter().for_each(|input| target(input.as_bytes()));
    }
}

/// One change to some bytes.
#[derive(Debug, Clone)]
enum Damage {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Repeat(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        (
            at(),
            prop::sample::select(b"#@\\%&=/:.\"{}[]\0\n ".to_vec())
        )
            .prop_map(|(at, byte)| Damage::Insert(at, byte)),
        at().prop_map(Damage::Cut),
        at().prop_map(Damage::Repeat),
    ]
}

fn damaged(input: &str, damages: &[Damage]) -> Vec<u8> {
    let mut bytes = input.as_bytes().to_vec();
    for damage in damages {
        let length = bytes.len().max(1);
        match damage {
            Damage::Replace(at, byte) => {
                if let Some(old) = bytes.get_mut(at.index(length)) {
                    *old = *byte;
                }
            }
            Damage::Insert(at, byte) => bytes.insert(at.index(bytes.len() + 1), *byte),
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Repeat(at) => {
                let tail = bytes.get(at.index(length)..).unwrap_or_default().to_vec();
                bytes.extend(tail);
            }
        }
    }
    bytes
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for (_, target, _) in TARGETS {
            target(&bytes);
        }
    }

    #[test]
    fn damaged_input_does_no_harm(damages in prop::collection::vec(damage(), 1..6)) {
        for (_, target, inputs) in TARGETS {
            inputs.iter().for_each(|input| target(&damaged(input, &damages)));
        }
    }
}

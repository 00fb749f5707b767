use keyway::credential::{CredentialScope, Fields};
use keyway::{Credential as _, Secret};
use keyway_macros::Credential;

/// Made at Settings → API.
#[derive(Credential)]
#[credential(
    key = "acme-billing",
    title = "Acme",
    hosts("api.acme.example", "localhost:8080"),
    scope = "user",
    check = "acme:whoami"
)]
struct Acme {
    /// Begins with `sk-`.
    api_key: Secret<String>,
    second_key: Option<Secret<String>>,
    #[credential(public)]
    region: Option<String>,
    #[credential(public)]
    #[serde(rename = "tenant", default)]
    tenant_number: u32,
}

#[derive(Credential)]
struct TeamWiki {
    token: Secret<String>,
}

#[test]
fn a_struct_is_a_credential_by_the_derive_alone() {
    let acme = Acme::definition();
    assert_eq!(acme.fault(), None);
    assert_eq!((acme.key(), Acme::KEY), ("acme-billing", "acme-billing"));
    assert_eq!(acme.get_title(), Some("Acme"));
    assert_eq!(acme.get_description(), "Made at Settings → API.");
    assert_eq!(acme.pin(), Some(CredentialScope::User));
    assert_eq!(acme.get_check(), Some("acme:whoami"));
    assert!(acme.get_hosts().unwrap().names("localhost", 8080));
    let fields = acme.fields();
    let fields: Vec<_> = fields
        .iter()
        .map(|field| (field.name.as_str(), field.secret, field.required))
        .collect();
    let expected = [
        ("apiKey", true, true),
        ("secondKey", true, false),
        ("region", false, false),
        ("tenant", false, false),
    ];
    assert_eq!(fields, expected);
    assert_eq!(
        acme.fields()[0].description.as_deref(),
        Some("Begins with `sk-`.")
    );
    assert_eq!(TeamWiki::KEY, "team-wiki");
}

#[test]
fn what_is_stored_is_read_into_it() {
    let stored = br#"{"apiKey":"canary","region":"eu","old":1}"#.to_vec();
    let read: Acme = Fields::new(Secret::new(stored)).read().unwrap();
    assert_eq!(read.api_key.expose(), "canary");
    assert!(read.second_key.is_none());
    assert_eq!(
        (read.region.as_deref(), read.tenant_number),
        (Some("eu"), 0)
    );
    let wiki = Fields::new(Secret::new(br#"{"token":7}"#.to_vec())).read::<TeamWiki>();
    assert_eq!(
        wiki.map(|wiki| wiki.token.expose().len())
            .unwrap_err()
            .code(),
        "credential_invalid"
    );
}

use keyway::credential::{ClientAuth, CredentialKind, CredentialScope, Fields};
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

/// Connected in the browser.
#[derive(Credential)]
#[credential(
    hosts("slack.example"),
    oauth2(
        authorization_endpoint = "https://slack.example/oauth/v2/authorize",
        token_endpoint = "https://slack.example/api/oauth.v2.access",
        revocation_endpoint = "https://slack.example/revoke",
        scopes("chat:write", "users:read"),
        parameters("access_type" = "offline", "prompt" = "consent"),
        client_auth = "post",
        scope_separator = ',',
        pkce = false,
        token_at = "/authed_user",
        token_types("bot")
    )
)]
struct Slack {
    access_token: Secret<String>,
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
fn the_authorization_server_of_a_credential_is_data() {
    let slack = Slack::definition();
    assert_eq!(slack.fault(), None);
    assert_eq!(slack.kind(), CredentialKind::OAuth2);
    let server = slack.server().unwrap();
    assert_eq!(server.home(), "https://slack.example/api/oauth.v2.access");
    assert_eq!(server.scopes, ["chat:write", "users:read"]);
    assert_eq!(server.parameters.len(), 2);
    assert_eq!(server.client_auth, Some(ClientAuth::Post));
    assert_eq!(
        (server.quirks.scope_separator, server.quirks.pkce),
        (',', false)
    );
    assert_eq!(server.quirks.token_at.as_deref(), Some("/authed_user"));
    assert_eq!(server.quirks.token_types, ["bot"]);
    let leased = br#"{"accessToken":"t"}"#.to_vec();
    let read: Slack = Fields::new(Secret::new(leased)).read().unwrap();
    assert_eq!(read.access_token.expose(), "t");
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

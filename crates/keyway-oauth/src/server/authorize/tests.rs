use keyway_core::{Scopes, Secret};
use proptest::prelude::*;

use super::super::client::{ClientMetadata, Source};
use super::super::{ErrorCode, Issuer, Refusal, Resource, Resources, form};
use super::*;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const BACK: &str = "https://app.example/cb?tenant=a";

fn issuer() -> Issuer {
    Issuer::parse("https://keyway.example").unwrap()
}

fn resources() -> Resources {
    let below = |path| Resource::below(&issuer(), path);
    Resources::new(below("/mcp"), [below("/other")])
}

fn client() -> ClientMetadata {
    let fields = format!(r#"{{"redirect_uris":["{BACK}","http://127.0.0.1/cb"]}}"#);
    ClientMetadata::from_request(fields.as_bytes(), Source::Client).unwrap()
}

/// A good request with one parameter changed, or taken out.
fn query(name: &str, value: Option<&str>) -> String {
    let good = [
        ("client_id", "client_1"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("resource", "https://keyway.example/mcp"),
        ("state", "s1 &#"),
    ];
    let others = good.into_iter().filter(|(own, _)| *own != name);
    form::encode(others.chain(value.map(|value| (name, value))))
}

fn check(query: &str) -> Result<AuthorizeRequest, (Back, Refusal)> {
    check_with(query, None)
}

fn check_with(query: &str, ceiling: Option<&Scopes>) -> Result<AuthorizeRequest, (Back, Refusal)> {
    let client = client();
    let answerable = Named::read(query).unwrap().answerable(&client).unwrap();
    answerable.check(&Rules {
        resources: &resources(),
        client: &client,
        ceiling,
    })
}

/// What a query is refused with at the redirect URI.
fn refused(query: &str) -> ErrorCode {
    let (back, refusal) = check(query).unwrap_err();
    let url = back.refused(&refusal, &issuer());
    assert!(
        url.starts_with("https://app.example/cb?tenant=a&error="),
        "{url}"
    );
    assert!(url.contains("&iss=https%3A%2F%2Fkeyway.example"), "{url}");
    assert!(!url.contains("zebra") && !url.contains('#'), "{url}");
    refusal.code()
}

#[test]
fn a_request_in_order() {
    let request = check(&query("scope", Some("mcp:tools approvals"))).unwrap();
    assert_eq!(request.client.as_str(), "client_1");
    assert_eq!(request.challenge.as_str(), CHALLENGE);
    assert_eq!(request.scopes.to_string(), "mcp:tools approvals");
    assert_eq!(request.resource.as_str(), "https://keyway.example/mcp");
    assert_eq!(request.prompt, Prompt::Auto);
    assert_eq!(request.back.redirect_uri().as_str(), BACK);
    let code = Secret::new(String::from("kwc_x"));
    assert_eq!(
        request.back.granted(&code, &issuer()).expose(),
        "https://app.example/cb?tenant=a&code=kwc_x&state=s1+%26%23\
         &iss=https%3A%2F%2Fkeyway.example"
    );
}

#[test]
fn a_request_is_carried_through_pages() {
    let first = check(&query("scope", Some("admin"))).unwrap();
    let again = check(first.to_query()).unwrap();
    assert_eq!(again.to_query(), first.to_query());
    assert_eq!(again.scopes, first.scopes);
    assert_eq!(again.back, first.back);
}

#[test]
fn what_is_missing_has_its_default() {
    let request = check(&query("resource", None)).unwrap();
    assert_eq!(request.resource.as_str(), "https://keyway.example/mcp");
    assert_eq!(request.scopes.to_string(), "mcp");
    let silent = check(&query("state", None)).unwrap();
    let code = Secret::new(String::from("kwc_x"));
    assert!(
        !silent
            .back
            .granted(&code, &issuer())
            .expose()
            .contains("state")
    );
    // A parameter without a value counts as not there.
    assert_eq!(
        check(&query("scope", Some(""))).unwrap().scopes.to_string(),
        "mcp"
    );
}

#[test]
fn until_the_redirect_uri_is_trusted_errors_are_for_a_page() {
    let at_page = |query: &str| {
        Named::read(query)
            .and_then(|named| named.answerable(&client()))
            .map(|answerable| answerable.back().redirect_uri().to_string())
            .map_err(|refusal| refusal.code())
    };
    let page = |query: String| at_page(&query).unwrap_err();
    assert_eq!(page(query("client_id", None)), ErrorCode::InvalidRequest);
    assert_eq!(
        page(query("client_id", Some("a b"))),
        ErrorCode::InvalidClient
    );
    assert_eq!(page(query("redirect_uri", None)), ErrorCode::InvalidRequest);
    for uri in [
        "https://app.example/cb",
        "https://app.example/cb?tenant=a#",
        "https://evil.example/cb",
        "//evil.example",
        "javascript:alert(1)",
        "http://localhost/cb",
    ] {
        let code = page(query("redirect_uri", Some(uri)));
        assert_eq!(code, ErrorCode::InvalidRequest);
    }
    for name in ["client_id", "redirect_uri"] {
        let twice = format!("{}&{name}=x", query("", None));
        assert_eq!(page(twice), ErrorCode::InvalidRequest);
    }
    let port = query("redirect_uri", Some("http://127.0.0.1:4711/cb"));
    assert_eq!(at_page(&port).unwrap(), "http://127.0.0.1:4711/cb");
}

#[test]
fn afterwards_errors_are_for_the_client() {
    for (name, value, code) in [
        ("response_type", None, ErrorCode::InvalidRequest),
        (
            "response_type",
            Some("token"),
            ErrorCode::UnsupportedResponseType,
        ),
        (
            "response_type",
            Some("code id_token"),
            ErrorCode::UnsupportedResponseType,
        ),
        ("response_mode", Some("fragment"), ErrorCode::InvalidRequest),
        (
            "response_mode",
            Some("form_post"),
            ErrorCode::InvalidRequest,
        ),
        ("request", Some("zebra"), ErrorCode::RequestNotSupported),
        (
            "request_uri",
            Some("https://zebra.example"),
            ErrorCode::RequestUriNotSupported,
        ),
        ("scope", Some("zebra"), ErrorCode::InvalidScope),
        ("scope", Some("mcp openid"), ErrorCode::InvalidScope),
        (
            "resource",
            Some("https://zebra.example/mcp"),
            ErrorCode::InvalidTarget,
        ),
        (
            "resource",
            Some("https://keyway.example"),
            ErrorCode::InvalidTarget,
        ),
        ("prompt", Some("zebra"), ErrorCode::InvalidRequest),
        ("prompt", Some("none login"), ErrorCode::InvalidRequest),
    ] {
        assert_eq!(refused(&query(name, value)), code, "{name} {value:?}");
    }
    let two = format!("{}&resource=https://keyway.example/other", query("", None));
    assert_eq!(refused(&two), ErrorCode::InvalidTarget);
    let same = format!("{}&resource=https://keyway.example/mcp", query("", None));
    assert!(check(&same).is_ok());
}

#[test]
fn pkce_cannot_be_left_out_or_weakened() {
    for (name, value) in [
        ("code_challenge", None),
        ("code_challenge", Some("")),
        ("code_challenge", Some("zebra")),
        ("code_challenge_method", None),
        ("code_challenge_method", Some("")),
        ("code_challenge_method", Some("plain")),
        ("code_challenge_method", Some("s256")),
        ("code_challenge_method", Some("S256 plain")),
        ("code_challenge_method", Some("S512")),
    ] {
        assert_eq!(refused(&query(name, value)), ErrorCode::InvalidRequest);
    }
    let long = "a".repeat(129);
    assert_eq!(
        refused(&query("code_challenge", Some(&long))),
        ErrorCode::InvalidRequest
    );
}

#[test]
fn a_parameter_twice_is_an_error() {
    for name in [
        "response_type",
        "scope",
        "code_challenge",
        "code_challenge_method",
        "x",
        "state",
    ] {
        let twice = format!("{}&{name}=zebra&{name}=zebra", query(name, None));
        assert_eq!(refused(&twice), ErrorCode::InvalidRequest);
    }
    // A state that is not known for certain is not given back.
    let (back, refusal) = check(&format!("{}&state=x", query("", None))).unwrap_err();
    assert!(!back.refused(&refusal, &issuer()).contains("state="));
}

#[test]
fn a_state_that_could_do_harm_is_not_given_back() {
    for state in ["a\r\nb", "ü", "\u{0}", &"s".repeat(2049)] {
        let (back, refusal) = check(&query("state", Some(state))).unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::InvalidRequest);
        assert!(!back.refused(&refusal, &issuer()).contains("state="));
    }
    let markup = check(&query("state", Some("<b>\"&error=x"))).unwrap();
    let url = markup
        .back
        .granted(&Secret::new(String::from("c")), &issuer());
    assert!(url.expose().contains("state=%3Cb%3E%22%26error%3Dx&iss="));
}

#[test]
fn a_client_may_ask_up_to_its_ceiling() {
    let ceiling: Scopes = "mcp:tools approvals".parse().unwrap();
    let scopes = |text| {
        let checked = check_with(&query("scope", text), Some(&ceiling));
        checked.map(|request| request.scopes.to_string())
    };
    assert_eq!(scopes(Some("tools:github__*")).unwrap(), "tools:github__*");
    assert_eq!(scopes(None).unwrap(), "mcp:tools");
    let (_, refusal) = scopes(Some("mcp")).unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::InvalidScope);
    let approvals: Scopes = "approvals".parse().unwrap();
    let refusal = requested_scopes(None, Some(&approvals)).unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::InvalidScope);
}

#[test]
fn clients_without_the_grant_type_are_refused() {
    let fields = format!(
        r#"{{"redirect_uris":["{BACK}"],"grant_types":["urn:ietf:params:oauth:grant-type:device_code"]}}"#
    );
    let client = ClientMetadata::from_request(fields.as_bytes(), Source::Client).unwrap();
    let named = Named::read(&query("", None)).unwrap();
    let checked = named.answerable(&client).unwrap().check(&Rules {
        resources: &resources(),
        client: &client,
        ceiling: None,
    });
    assert_eq!(checked.unwrap_err().1.code(), ErrorCode::UnauthorizedClient);
}

#[test]
fn what_the_person_is_to_be_asked() {
    let prompt = |text| check(&query("prompt", Some(text))).unwrap().prompt;
    let always = |login, consent| Prompt::Always { login, consent };
    assert_eq!(prompt("none"), Prompt::Never);
    assert_eq!(prompt("login"), always(true, false));
    assert_eq!(prompt("consent"), always(false, true));
    assert_eq!(prompt("consent login"), always(true, true));
    assert_eq!(prompt("select_account"), always(true, false));
}

#[test]
fn debug_shows_no_state() {
    let request = check(&query("state", Some("zebra"))).unwrap();
    assert!(!format!("{:?}", request.back).contains("zebra"));
}

proptest! {
    /// Whatever else is in a request, its answer goes to the registered URI, and once only.
    #[test]
    fn answers_go_where_they_belong(
        extra in prop::collection::vec(("[a-z_]{1,14}", ".{0,12}"), 0..4),
        state in ".{0,20}",
    ) {
        let extra: Vec<_> = extra.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let query = format!("{}&{}", query("state", Some(&state)), form::encode(extra));
        if let Ok(answerable) = Named::read(&query).and_then(|named| named.answerable(&client())) {
            let code = Secret::new(String::from("kwc_x"));
            let url = answerable.back().granted(&code, &issuer());
            let url = url::Url::parse(url.expose()).unwrap();
            prop_assert_eq!(url.host_str(), Some("app.example"));
            prop_assert_eq!(url.path(), "/cb");
            prop_assert_eq!(url.fragment(), None);
            for once in ["tenant", "code", "iss"] {
                prop_assert_eq!(url.query_pairs().filter(|(name, _)| name == once).count(), 1);
            }
        }
    }
}

use proptest::prelude::*;

use super::super::client::ApplicationType::{self, Native, Web};
use super::{MAX_REDIRECT_URIS, Place, RedirectUri, RedirectUris};

mod tricks;

fn registered(text: &str, application: ApplicationType) -> RedirectUris {
    RedirectUris::register([text], application).unwrap()
}

#[test]
fn every_character_counts() {
    let text = "https://client.example/cb?x=1";
    for other in [
        "https://client.example/cb",
        "https://client.example/cb?x=1&",
        "https://client.example/cb?x=1&y=2",
        "https://client.example/cb?x=%31",
        "https://client.example/cb/?x=1",
        "https://client.example/CB?x=1",
        "https://client.example/c%62?x=1",
        "https://client.example//cb?x=1",
        "https://client.example:443/cb?x=1",
        "https://CLIENT.example/cb?x=1",
        "https://www.client.example/cb?x=1",
        "https://client.example.evil.example/cb?x=1",
        "http://client.example/cb?x=1",
        "https://client.example:8443/cb?x=1",
        "https://client.example/cb?x=1#",
    ] {
        for application in [Native, Web] {
            assert_eq!(registered(text, application).find(other), None, "{other}");
        }
    }
}

#[test]
fn any_port_of_loopback_for_native_applications() {
    let native = registered("http://127.0.0.1:3000/cb?a=1", Native);
    for other in [
        "http://127.0.0.1:3000/cb?a=1",
        "http://127.0.0.1:1/cb?a=1",
        "http://127.0.0.1:65535/cb?a=1",
        "http://127.0.0.1/cb?a=1",
    ] {
        let found = native.find(other).unwrap();
        assert_eq!(found.as_str(), other);
    }
    for other in [
        "http://localhost:3000/cb?a=1",
        "http://127.0.0.2:3000/cb?a=1",
        "http://[::1]:3000/cb?a=1",
        "https://127.0.0.1:3000/cb?a=1",
        "http://127.0.0.1:3000/cb",
        "http://127.0.0.1:3000/cb?a=1&b",
        "http://127.0.0.1:3000/cb/?a=1",
        "http://127.0.0.1:/cb?a=1",
        "http://127.0.0.1:0/cb?a=1",
        "http://127.0.0.1:99999/cb?a=1",
        "http://127.0.0.1:80@evil.example/cb?a=1",
        "http://127.0.0.1:3000.evil.example/cb?a=1",
        "http://127.0.0.1:3000\\@evil.example/cb?a=1",
    ] {
        assert_eq!(native.find(other), None, "{other}");
    }
    let localhost = registered("http://localhost/cb", Native);
    assert!(localhost.find("http://localhost:5000/cb").is_some());
    assert!(localhost.find("http://LOCALHOST:5000/cb").is_none());
    assert!(localhost.find("http://127.0.0.1:5000/cb").is_none());
}

#[test]
fn web_applications_have_the_port_they_registered() {
    let web = registered("http://localhost:3000/cb", Web);
    assert!(web.find("http://localhost:3000/cb").is_some());
    assert!(web.find("http://localhost:3001/cb").is_none());
    // Nor does any port go for what is not loopback.
    let native = registered("https://client.example/cb", Native);
    assert!(native.find("https://client.example:444/cb").is_none());
    let native = registered("https://localhost/cb", Native);
    assert!(native.find("https://localhost:444/cb").is_none());
}

#[test]
fn schemes_of_apps_are_for_native_applications() {
    let bad = RedirectUris::register(["com.example.app:/cb"], Web).unwrap_err();
    assert!(bad.to_string().contains("native"));
}

#[test]
fn a_thousand_uris_are_refused() {
    let texts: Vec<_> = (0..1000)
        .map(|n| format!("https://client.example/{n}"))
        .collect();
    let register = |count: usize| {
        let texts = texts.iter().take(count).map(String::as_str);
        RedirectUris::register(texts, Web)
    };
    assert_eq!(register(MAX_REDIRECT_URIS).unwrap().iter().count(), 20);
    assert!(register(MAX_REDIRECT_URIS + 1).is_err());
    assert!(register(1000).is_err());
    let long = format!("https://client.example/{}", "a".repeat(2048));
    assert!(RedirectUri::parse(&long).is_err());
}

#[test]
fn clients_that_only_lead_to_this_machine_are_told_apart() {
    let list = |texts: &[&str]| RedirectUris::register(texts.to_vec(), Native).unwrap();
    assert!(list(&["http://localhost/cb", "http://127.0.0.1/cb"]).only_loopback());
    assert!(!list(&["http://localhost/cb", "https://client.example/cb"]).only_loopback());
    assert!(!list(&[]).only_loopback());
    let twice = list(&["http://localhost/cb", "http://localhost/cb"]);
    assert_eq!(twice.iter().count(), 1);
}

#[test]
fn answers_are_added_to_the_query() {
    let with = |text: &str| RedirectUri::parse(text).unwrap().with(&[("code", "a b&#")]);
    assert_eq!(
        with("https://c.example/cb"),
        "https://c.example/cb?code=a+b%26%23"
    );
    assert_eq!(
        with("https://c.example"),
        "https://c.example?code=a+b%26%23"
    );
    assert_eq!(
        with("https://c.example/cb?"),
        "https://c.example/cb?code=a+b%26%23"
    );
    assert_eq!(
        with("https://c.example/cb?a=1"),
        "https://c.example/cb?a=1&code=a+b%26%23"
    );
    assert_eq!(
        with("https://c.example/cb?a=1&"),
        "https://c.example/cb?a=1&code=a+b%26%23"
    );
    assert_eq!(
        with("com.example.app:/cb"),
        "com.example.app:/cb?code=a+b%26%23"
    );
}

/// URIs, whole and damaged.
fn uris() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec!["https", "http", "com.example.app", "javascript"]);
    let host = prop::sample::select(vec![
        "client.example",
        "127.0.0.1",
        "localhost",
        "[::1]",
        "",
    ]);
    let whole = (
        scheme,
        host,
        "(:[0-9]{1,5})?",
        "(/[a-z.%2]{0,6}){0,2}",
        "([?#][a-z=&]{0,6})?",
    )
        .prop_map(|(scheme, host, port, path, rest)| {
            format!("{scheme}://{host}{port}{path}{rest}")
        });
    let damage = (whole.clone(), any::<prop::sample::Index>(), any::<char>());
    let damaged = damage.prop_map(|(text, at, c)| {
        let mut chars: Vec<_> = text.chars().collect();
        let at = at.index(chars.len());
        if let Some(old) = chars.get_mut(at) {
            *old = c;
        }
        chars.into_iter().collect()
    });
    prop_oneof![whole, damaged, ".{0,40}"]
}

proptest! {
    /// Whatever is sent to, is equal to a registered URI but for the port of loopback.
    #[test]
    fn nothing_is_found_that_was_not_registered(known in uris(), asked in uris()) {
        for application in [Native, Web] {
            let Ok(list) = RedirectUris::register([known.as_str()], application) else {
                continue;
            };
            prop_assert!(list.find(&known).is_some());
            if let Some(found) = list.find(&asked) {
                prop_assert_eq!(found.as_str(), &asked);
                let known = url::Url::parse(&known).unwrap();
                let mut asked = url::Url::parse(&asked).unwrap();
                if asked != known {
                    prop_assert_eq!(application, Native);
                    prop_assert_eq!(asked.scheme(), "http");
                    prop_assert_eq!(asked.set_port(known.port()), Ok(()));
                    prop_assert_eq!(asked, known);
                }
            }
        }
    }

    /// What is taken is understood by a browser's parser in the same way.
    #[test]
    fn what_is_taken_means_what_it_says(text in uris()) {
        if let Ok(uri) = RedirectUri::parse(&text) {
            let url = url::Url::parse(&text).unwrap();
            prop_assert!(url.username().is_empty() && url.password().is_none());
            prop_assert!(url.fragment().is_none());
            match uri.place() {
                Place::App => prop_assert!(
                    !matches!(url.scheme(), "http" | "https" | "javascript" | "data")
                ),
                Place::Web | Place::Loopback => {
                    let host = uri.host().to_ascii_lowercase();
                    prop_assert_eq!(url.host_str(), Some(host.as_str()));
                    prop_assert_eq!(url.path(), if url.path() == "/" { "/" } else { path(&text) });
                }
            }
        }
    }
}

fn path(text: &str) -> &str {
    let rest = text.split_once("//").map_or("", |(_, rest)| rest);
    let rest = rest.split('?').next().unwrap_or_default();
    rest.find('/')
        .and_then(|at| rest.get(at..))
        .unwrap_or_default()
}

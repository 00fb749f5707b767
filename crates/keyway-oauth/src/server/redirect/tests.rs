use proptest::prelude::*;

use super::super::client::ApplicationType::{self, Native, Web};
use super::{MAX_REDIRECT_URIS, Place, RedirectUri, RedirectUris};

/// What may be registered, where it leads, and what a person is told.
const GOOD: &[(&str, Place, &str)] = &[
    ("https://client.example/cb", Place::Web, "client.example"),
    ("https://client.example", Place::Web, "client.example"),
    (
        "https://client.example:8443/cb?tenant=a&b",
        Place::Web,
        "client.example",
    ),
    (
        "https://xn--bcher-kva.example/cb",
        Place::Web,
        "xn--bcher-kva.example",
    ),
    ("https://Client.Example/cb", Place::Web, "Client.Example"),
    ("https://10.1.2.3/cb", Place::Web, "10.1.2.3"),
    ("https://[2001:db8::1]/cb", Place::Web, "[2001:db8::1]"),
    (
        "https://client.example/a%20b/c%2Fd",
        Place::Web,
        "client.example",
    ),
    (
        "https://client.example/~user/;v=1/*",
        Place::Web,
        "client.example",
    ),
    ("https://localhost/cb", Place::Web, "localhost"),
    ("http://localhost/cb", Place::Loopback, "localhost"),
    ("http://localhost:3000", Place::Loopback, "localhost"),
    ("http://127.0.0.1/", Place::Loopback, "127.0.0.1"),
    ("http://127.8.9.10:65535/cb", Place::Loopback, "127.8.9.10"),
    ("http://[::1]:1/cb", Place::Loopback, "[::1]"),
    ("com.example.app:/cb", Place::App, "com.example.app"),
    ("com.example.app://oauth/cb", Place::App, "com.example.app"),
    ("com.example.app:///cb", Place::App, "com.example.app"),
    (
        "cursor://anysphere.cursor-mcp/oauth/callback",
        Place::App,
        "cursor",
    ),
    ("vscode://editor.mcp/did-authenticate", Place::App, "vscode"),
    ("myapp://cb", Place::App, "myapp"),
];

/// Tricks, each refused for every kind of client.
const TRICKS: &[&str] = &[
    // Not a URI, or not an absolute one.
    "",
    " ",
    "/cb",
    "//client.example/cb",
    "client.example/cb",
    "https",
    "https:",
    "https:/client.example/cb",
    "https:client.example/cb",
    "https://",
    "https:///client.example/cb",
    "https://:443/cb",
    "https://?x",
    // Fragments.
    "https://client.example/cb#",
    "https://client.example/cb#x",
    "https://client.example/cb?#x",
    "http://localhost/cb#",
    "com.example.app:/cb#x",
    // Users.
    "https://me@client.example/cb",
    "https://me:pw@client.example/cb",
    "https://@client.example/cb",
    "https://:@client.example/cb",
    "https://client.example@evil.example/cb",
    "https://client.example:pw@evil.example/cb",
    "http://localhost@evil.example/cb",
    "http://127.0.0.1:80@evil.example/cb",
    "com.example.app://me@x/cb",
    // No https where it is needed.
    "http://client.example/cb",
    "http://localhost.evil.example/cb",
    "http://127.0.0.1.evil.example/cb",
    "http://127.0.0.1.nip.example/cb",
    "http://0.0.0.0/cb",
    "http://10.0.0.1/cb",
    "http://169.254.169.254/cb",
    "http://128.0.0.1/cb",
    "http://[::]/cb",
    "http://[::2]/cb",
    "http://[::ffff:7f00:1]/cb",
    // Other spellings of loopback, which browsers understand.
    "http://127.1/cb",
    "http://127.0.1/cb",
    "http://2130706433/cb",
    "http://0x7f000001/cb",
    "http://0x7f.0.0.1/cb",
    "http://0177.0.0.1/cb",
    "http://127.0.0.01/cb",
    "http://127.0.0.1./cb",
    "http://localhost./cb",
    "http://[0:0:0:0:0:0:0:1]/cb",
    "http://[::1/cb",
    "http://::1/cb",
    "http://[::ffff:127.0.0.1]/cb",
    "http://[::1%25lo]/cb",
    "http://loc\u{2060}alhost/cb",
    "http://\u{ff4c}ocalhost/cb",
    "http://127\u{3002}0\u{3002}0\u{3002}1/cb",
    "http://foo.localhost/cb",
    // Hosts that are not what they look like.
    "https://cl\u{456}ent.example/cb",
    "https://client.example\u{2024}evil.example/cb",
    "https://client%2eexample/cb",
    "https://client.example%2f.evil.example/cb",
    "https://client.example%00.evil.example/cb",
    "https://client.example%40evil.example/cb",
    "https://client.example./cb",
    "https://.client.example/cb",
    "https://client..example/cb",
    "https://*.client.example/cb",
    "https://*/cb",
    "https://client.example,evil.example/cb",
    "https://client.example;evil.example/cb",
    "https://client.example&evil.example/cb",
    "https://client.example=evil.example/cb",
    "https://$client.example/cb",
    "https://[client.example]/cb",
    "https://[2001:db8::1]evil.example/cb",
    "https://[2001:0db8::1]/cb",
    "https://xn--zzzzzzzzz--/cb",
    // Ports.
    "https://client.example:/cb",
    "https://client.example:0/cb",
    "https://client.example:00443/cb",
    "https://client.example:65536/cb",
    "https://client.example:x/cb",
    "https://client.example:443:443/cb",
    "https://client.example:+443/cb",
    // Slashes and white space.
    "https:\\\\client.example\\cb",
    "https://client.example\\@evil.example/cb",
    "https://evil.example\\.client.example/cb",
    "https://client.example/c b",
    " https://client.example/cb",
    "https://client.example/cb ",
    "https://client.example/cb\n",
    "https://client.example/\tcb",
    "https://client.example/cb\r\nSet-Cookie: a=b",
    "ht\ttps://client.example/cb",
    "https://client.example/cb\0",
    "https://client.example/%0d%0aSet-Cookie:%20a=b",
    "https://client.example/cb%00",
    "https://client.example/cb%7f",
    "https://client.example/cb\u{7f}",
    "https://client.example/cb\u{a0}",
    // What is no URI character, or badly encoded.
    "https://client.example/\"onload=x",
    "https://client.example/<script>",
    "https://client.example/{x}",
    "https://client.example/a|b",
    "https://client.example/^",
    "https://client.example/`",
    "https://client.example/%",
    "https://client.example/%4",
    "https://client.example/%zz",
    "https://client.example/%u0041",
    // Paths that lead elsewhere.
    "https://client.example/cb/../evil",
    "https://client.example/./cb",
    "https://client.example/cb/..",
    "https://client.example/cb/%2e%2e/evil",
    "https://client.example/cb/.%2E/evil",
    "https://client.example/%2e/cb",
    "com.example.app:/../cb",
    // Parameters that answers carry.
    "https://client.example/cb?code=1",
    "https://client.example/cb?a=1&state=x",
    "https://client.example/cb?%63ode=1",
    "https://client.example/cb?iss",
    "https://client.example/cb?error=x",
    "https://client.example/cb?a=%ff&%ff=b",
    // Schemes that run or show something else.
    "javascript:alert(1)",
    "javascript://client.example/%0aalert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "blob:https://client.example/x",
    "file:///etc/passwd",
    "vbscript:x",
    "about:blank",
    "mailto:me@client.example",
    "ws://client.example/cb",
    "wss://client.example/cb",
    "ftp://client.example/cb",
    "filesystem:https://client.example/x",
    "view-source:https://client.example/cb",
    "intent://client.example/cb",
    "chrome-extension://abc/cb",
    "urn:ietf:wg:oauth:2.0:oob",
    "tel:1",
    // Schemes that no app can have for itself.
    "myapp:/cb",
    "myapp:///cb",
    "x://cb",
    "ms-settings://cb",
    "x-help://cb",
    "itms-apps://cb",
    "ssh://client.example/cb",
    "smb://client.example/cb",
    "search-ms:query",
    "localhost://cb",
    "localhost:/cb",
    "localhost:3000/cb",
    ".app:/cb",
    "com.:/cb",
    "com..app:/cb",
    "com.example.app:cb",
    "com.example.app:",
    "com.example.app://%41/cb",
    "com.example.app://:80/cb",
    "com.example.app://[::1/cb",
    "Com.Example.App:/cb",
    "HTTPS://client.example/cb",
    "1com.example:/cb",
    "com_example.app:/cb",
];

fn registered(text: &str, application: ApplicationType) -> RedirectUris {
    RedirectUris::register([text], application).unwrap()
}

#[test]
fn what_may_be_registered() {
    for &(text, place, host) in GOOD {
        let uri = RedirectUri::parse(text).unwrap();
        assert_eq!((uri.as_str(), uri.place(), uri.host()), (text, place, host));
        assert!(registered(text, Native).find(text).is_some());
        let web = RedirectUris::register([text], Web);
        assert_eq!(web.is_ok(), place != Place::App, "{text}");
    }
}

#[test]
fn tricks_of_redirect_uris() {
    assert!(TRICKS.len() >= 60);
    for text in TRICKS {
        let bad = RedirectUri::parse(text).map(|uri| uri.to_string());
        assert!(bad.is_err(), "{text:?} was taken");
        let told = bad.unwrap_err().to_string();
        assert!(text.len() < 12 || !told.contains(text), "{told}");
        for application in [Native, Web] {
            assert!(RedirectUris::register([*text], application).is_err());
            // Nor does a request get there by one.
            let client = registered("https://client.example/cb", application);
            assert_eq!(client.find(text), None, "{text:?}");
            let client = registered("http://127.0.0.1/cb", application);
            assert_eq!(client.find(text), None, "{text:?}");
        }
    }
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
                Place::App => prop_assert!(!matches!(url.scheme(), "http" | "https" | "javascript" | "data")),
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

use super::super::{Place, RedirectUri, RedirectUris};
use super::registered;
use crate::server::client::ApplicationType::{Native, Web};

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
fn attack_redirect_tricks_of_every_kind_are_refused() {
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

//! The parsers of `keyway-http`, and what places inputs. Every function takes any bytes and must not panic.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;

use http::header::COOKIE;
use http::request::Parts;
use http::{HeaderValue, Method, Request};
use keyway_core::Action;
use keyway_core::action::{Registry, Routed, query_pairs, segments};
use keyway_core::rpc::RawJson;
use keyway_http::parsers;
use keyway_http::settings::Access;
use serde_json::{Map, Value, json};
use url::{Host, Url};

const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 5000);
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

fn head<'a>(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Parts {
    let mut request = Request::new(());
    for (name, value) in headers {
        let name = http::HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
            request.headers_mut().append(name, value);
        }
    }
    request.into_parts().0
}

fn behind(trusted_hops: usize) -> Access {
    Access {
        trusted_hops,
        ..Access::default()
    }
}

/// An origin is written as browsers write it, and is no address to listen on.
fn is_sound(origin: &str) {
    let url = Url::parse(origin).ok();
    let written = url.as_ref().map(|url| url.origin().ascii_serialization());
    assert_eq!(written.as_deref(), Some(origin));
    let everywhere = match url.as_ref().and_then(Url::host) {
        Some(Host::Ipv4(address)) => address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_unspecified(),
        Some(Host::Domain(name)) => name.is_empty(),
        None => true,
    };
    assert!(!everywhere, "{origin}");
}

/// `name: value` lines, as a proxy hands them on: whatever is said, the origin is sound; what the
/// client says is nothing without a proxy of ours, and is not what one of ours says after it.
pub fn forwarded(data: &[u8]) {
    const NAMES: [&str; 5] = [
        "host",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
    ];
    let mut headers = Vec::new();
    for line in data.split(|byte| *byte == b'\n') {
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(0));
        let name = NAMES.iter().find(|known| known.as_bytes() == name);
        headers.push((
            *name.unwrap_or(&"forwarded"),
            value.get(1..).unwrap_or_default(),
        ));
    }
    for hops in [0, 1, 3] {
        let (client, origin) = parsers::address(&head(headers.clone()), PEER, &behind(hops));
        is_sound(&origin);
        assert!(hops > 0 || client == PEER.ip());
    }
    for (name, own) in [
        ("forwarded", &b", for=192.0.2.7;proto=https"[..]),
        ("x-forwarded-for", b", 192.0.2.7"),
    ] {
        let told = headers.iter().filter(|(given, _)| *given == name);
        for (_, value) in told {
            if HeaderValue::from_bytes(value).is_err() {
                continue;
            }
            let line = [value, own].concat();
            let head = head([(name, &line[..])]);
            assert_eq!(parsers::address(&head, PEER, &behind(1)).0, CLIENT);
        }
    }
}

/// A cookie of ours is of its alphabet, and is not another one because of what stands beside it.
pub fn cookies(data: &[u8]) {
    let own = &b"keyway_session=kwb_1"[..];
    if let Some(read) = parsers::session_cookie(&head([("cookie", data)])) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.~".contains(&byte);
        assert!(!read.expose().is_empty() && read.expose().bytes().all(plain));
    }
    for lines in [
        vec![(COOKIE.as_str(), data), (COOKIE.as_str(), own)],
        vec![(COOKIE.as_str(), own), (COOKIE.as_str(), data)],
    ] {
        let read = parsers::session_cookie(&head(lines));
        assert!(read.is_none_or(|read| read.expose() == "kwb_1"));
    }
}

/// A form is read again as it would be written, and is bounded.
pub fn page_form(data: &[u8]) {
    if let Some(pairs) = parsers::page_form(data) {
        assert!(pairs.len() <= 200);
        let written = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&pairs)
            .finish();
        assert_eq!(parsers::page_form(written.as_bytes()), Some(pairs));
    }
}

/// What is gone on to after signing in is here.
pub fn next_path(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let (Some(path), Ok(here)) = (
        parsers::next_path(&text),
        Url::parse("https://keyway.example/sign-in"),
    ) {
        assert!(
            here.join(path)
                .is_ok_and(|there| there.origin() == here.origin())
        );
        assert!(HeaderValue::from_str(path).is_ok());
    }
}

/// An action whose inputs come from everywhere.
static ROUTES: LazyLock<Registry> = LazyLock::new(|| {
    let action = Action::new("a", |_, input: Value| async move { Ok(input) })
        .input_schema_override(json!({
            "type": "object",
            "properties": {
                "id": { "type": "integer" },
                "name": { "type": "string" },
                "tags": { "type": "array", "items": { "type": "string" } },
                "note": { "type": "string" }
            }
        }))
        .route(Method::POST, "/t/{id}/{name}{?tags}");
    Registry::new(vec![action]).unwrap_or_default()
});

/// A path, a query and a body, one a line: what is taken has each input from its place alone.
pub fn routed_input(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.splitn(3, '\n');
    let (path, query) = (
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
    );
    let body = lines
        .next()
        .map(|text| RawJson::parse(text.to_owned().into()));
    let (Ok(path), Ok(query)) = (segments(path), query_pairs(query)) else {
        return;
    };
    for segment in &path {
        assert!(!matches!(segment.as_str(), "" | "." | ".."));
    }
    let Routed::Found(entry, values) = ROUTES.by_route(&Method::POST, path.clone()) else {
        return;
    };
    let (_, parameters) = path.split_at(1);
    assert_eq!(values, parameters);
    let Ok(body) = body.transpose() else {
        return;
    };
    let Ok(input) = entry.routed_input(&values, &query, body.as_ref()) else {
        return;
    };
    let Ok(input) = input.read::<Map<String, Value>>() else {
        return;
    };
    let name = path.get(2).map(String::as_str);
    assert_eq!(input.get("name").and_then(Value::as_str), name);
    let tags: Vec<_> = query
        .iter()
        .map(|(name, text)| (name.as_str(), text))
        .collect();
    assert!(tags.iter().all(|(name, _)| *name == "tags"));
    let expected =
        (!tags.is_empty()).then(|| json!(tags.iter().map(|(_, text)| text).collect::<Vec<_>>()));
    assert_eq!(input.get("tags"), expected.as_ref());
}

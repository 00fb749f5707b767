use http::Request;

use super::*;

const PEER: &str = "10.0.0.1:5000";

fn read(headers: &[(&str, &str)], access: &Access) -> Address {
    let mut request = Request::builder().uri("/account");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (head, ()) = request.body(()).unwrap().into_parts();
    Address::of(&head, PEER.parse().unwrap(), access)
}

fn behind(trusted_hops: usize) -> Access {
    Access {
        trusted_hops,
        ..Access::default()
    }
}

fn client(headers: &[(&str, &str)], hops: usize) -> String {
    read(headers, &behind(hops)).client.to_string()
}

#[test]
fn without_trusted_hops_no_header_is_believed() {
    let headers = [
        ("host", "gate.example:8420"),
        ("forwarded", "for=1.2.3.4;host=evil.example;proto=https"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
    ];
    let address = read(&headers, &behind(0));
    assert_eq!(address.client.to_string(), "10.0.0.1");
    assert_eq!(address.origin, "http://gate.example:8420");
}

#[test]
fn the_client_is_what_the_outermost_trusted_proxy_saw() {
    let list = [("x-forwarded-for", "6.6.6.6, 1.2.3.4, 10.0.0.9")];
    assert_eq!(client(&list, 1), "10.0.0.9");
    assert_eq!(client(&list, 2), "1.2.3.4");
    assert_eq!(client(&list, 9), "6.6.6.6");
    let lines = [
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-for", "1.2.3.4"),
    ];
    assert_eq!(client(&lines, 1), "1.2.3.4");
    let standard = [(
        "forwarded",
        "for=6.6.6.6, for=\"[2001:db8::1]:4711\";proto=https",
    )];
    assert_eq!(client(&standard, 1), "2001:db8::1");
    assert_eq!(client(&[("forwarded", "for=_hidden")], 1), "10.0.0.1");
    assert_eq!(client(&[("x-forwarded-for", "nonsense")], 1), "10.0.0.1");
    assert_eq!(client(&[], 1), "10.0.0.1");
}

#[test]
fn headers_that_contradict_each_other_are_not_believed() {
    let headers = [
        ("host", "gate.example"),
        ("forwarded", "for=6.6.6.6;host=evil.example;proto=https"),
        ("x-forwarded-for", "1.2.3.4"),
    ];
    let address = read(&headers, &behind(1));
    assert_eq!(address.client.to_string(), "10.0.0.1");
    assert_eq!(address.origin, "http://gate.example");
}

#[test]
fn the_origin_is_what_the_proxy_says_or_the_host_that_was_let_in() {
    let proxied = [
        ("host", "10.0.0.2:8420"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-host", "Gate.Example"),
        ("x-forwarded-proto", "https"),
    ];
    assert_eq!(read(&proxied, &behind(1)).origin, "https://gate.example");
    let only_proto = [("host", "gate.example:443"), ("x-forwarded-proto", "https")];
    assert_eq!(read(&only_proto, &behind(1)).origin, "https://gate.example");
    let public = Access {
        public_origin: Some("https://public.example".into()),
        ..behind(1)
    };
    assert_eq!(read(&proxied, &public).origin, "https://public.example");
    let listed = Access {
        allowed_hosts: vec!["other.example".into()],
        ..behind(1)
    };
    assert_eq!(read(&proxied, &listed).origin, "https://10.0.0.2:8420");
}

#[test]
fn no_origin_is_an_address_to_listen_on() {
    for host in ["0.0.0.0:8420", "[::]:8420"] {
        let origin = read(&[("host", host)], &behind(0)).origin;
        assert_eq!(origin, "http://localhost:8420", "{host}");
    }
    let odd = [
        ("host", "gate.example"),
        ("x-forwarded-host", "evil.example/path?x"),
        ("x-forwarded-proto", "javascript"),
    ];
    assert_eq!(read(&odd, &behind(1)).origin, "http://gate.example");
}

#[test]
fn secrets_take_https_or_stay_on_this_machine() {
    let transport = |origin: &str| {
        Address {
            client: "10.0.0.1".parse().unwrap(),
            origin: origin.into(),
        }
        .transport()
    };
    assert_eq!(transport("https://gate.example"), Some(Transport::Https));
    assert_eq!(
        transport("http://localhost:8420"),
        Some(Transport::Loopback)
    );
    assert_eq!(transport("http://[::1]:8420"), Some(Transport::Loopback));
    assert_eq!(transport("http://gate.example"), None);
    assert_eq!(transport("http://192.168.1.4:8420"), None);
}

#[test]
fn attack_an_open_quote_swallows_nothing_that_a_proxy_wrote() {
    for sent in [
        "\"",
        "for=6.6.6.6;x=\"",
        "for=\"6.6.6.6\\",
        "for=6.6.6.6, \"",
    ] {
        let line = format!("{sent}, for=1.2.3.4;proto=https");
        let headers = [("host", "gate.example"), ("forwarded", &*line)];
        let address = read(&headers, &behind(1));
        assert_eq!(address.client.to_string(), "1.2.3.4", "{line}");
        assert_eq!(address.origin, "https://gate.example", "{line}");
        let line = format!("{sent}, 1.2.3.4");
        assert_eq!(client(&[("x-forwarded-for", &line)], 1), "1.2.3.4");
    }
}

#[test]
fn attack_what_no_header_may_hold_hides_no_client() {
    let mut request = Request::builder().uri("/account");
    for (name, value) in [
        ("x-forwarded-for", &b"6.6.6.6\xff, 1.2.3.4"[..]),
        ("host", b"gate.example"),
    ] {
        request = request.header(name, value);
    }
    let (head, ()) = request.body(()).unwrap().into_parts();
    let address = Address::of(&head, PEER.parse().unwrap(), &behind(1));
    assert_eq!(address.client.to_string(), "1.2.3.4");
}

#[test]
fn an_element_that_says_something_twice_or_half_says_nothing() {
    for element in [
        "for=1.2.3.4;for=6.6.6.6",
        "for=1.2.3.4;host=\"gate.example",
        "for=\"1.2.3.4\\\"\"",
        "for=\"1.2.3.4;proto=https\"",
    ] {
        let headers = [("host", "here.example"), ("forwarded", element)];
        let address = read(&headers, &behind(1));
        assert_eq!(address.client.to_string(), "10.0.0.1", "{element}");
        assert_eq!(address.origin, "http://here.example", "{element}");
    }
    let quoted = [(
        "forwarded",
        "for=\"1.2.3.4:80\";by=\"a;host=evil.example,b\"",
    )];
    assert_eq!(client(&quoted, 1), "1.2.3.4");
    for odd in ["[[::1]]", "[1.2.3.4", "[1.2.3.4]", "::1]"] {
        assert_eq!(client(&[("x-forwarded-for", odd)], 1), "10.0.0.1", "{odd}");
    }
}

#[test]
fn an_origin_is_written_as_browsers_write_it() {
    for (host, origin) in [
        ("Gate.Example:080", "http://gate.example"),
        ("gate.example:", "http://gate.example"),
        ("[2001:DB8:0::1]:8420", "http://[2001:db8::1]:8420"),
        ("0", "http://localhost"),
        ("0x7f.1:81", "http://127.0.0.1:81"),
        ("a:b:c", "http://localhost"),
        ("::1", "http://localhost"),
        ("[", "http://localhost"),
        ("1.2.3.4.5", "http://localhost"),
        ("gate.example:99999", "http://localhost"),
    ] {
        assert_eq!(read(&[("host", host)], &behind(0)).origin, origin, "{host}");
    }
}

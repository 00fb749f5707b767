use std::io::Write as _;
use std::net::TcpListener;

use http::HeaderMap;
use keyway_core::ports::{HttpError, HttpRequest};

use crate::support::{Names, Peer, egress, egress_resolving, fetch, get, guarded};

fn secretive(url: String) -> HttpRequest {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", "Bearer s3cret".parse().unwrap());
    HttpRequest {
        headers,
        body: "s3cret".into(),
        ..get(url)
    }
}

#[tokio::test]
async fn no_error_tells_a_secret() {
    let free = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let garbage = Peer::saying("s3cret garbage\r\n\r\n");
    let hangs_up = Peer::start(|_, _| Err(std::io::ErrorKind::Other.into()));
    let cut = Peer::start(|_, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\ns3cret")?;
        Err(std::io::ErrorKind::Other.into())
    });
    for (url, kind) in [
        (
            format!("http://{free}/s3cret?key=s3cret"),
            "could not connect",
        ),
        (garbage.url("/s3cret?key=s3cret"), "the exchange broke"),
        (hangs_up.url("/s3cret?key=s3cret"), "the exchange broke"),
        (cut.url("/s3cret?key=s3cret"), "the exchange broke"),
        (
            "http://169.254.169.254/s3cret?key=s3cret".into(),
            "is not allowed",
        ),
        ("http://u:s3cret@127.0.0.1/".into(), "is not usable"),
    ] {
        let error = fetch(&egress(), secretive(url.clone())).await.unwrap_err();
        let (shown, debugged) = (error.to_string(), format!("{error:?}"));
        assert!(shown.contains(kind), "{url}: {shown}");
        assert!(
            !shown.contains("s3cret") && !debugged.contains("s3cret"),
            "{debugged}"
        );
    }
}

#[tokio::test]
async fn a_name_without_addresses_is_a_connect_error() {
    let egress = egress_resolving(Names::answering(&[&[]]));
    let result = fetch(&egress, guarded("http://nowhere.example/")).await;
    assert!(matches!(result, Err(HttpError::Connect(_))), "{result:?}");
}

#[tokio::test]
async fn plain_http_on_a_tls_port_is_a_connect_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
    });
    let result = fetch(&egress(), get(format!("https://{address}/"))).await;
    assert!(matches!(result, Err(HttpError::Connect(_))), "{result:?}");
}

#[tokio::test]
async fn headers_of_the_connection_are_not_the_callers() {
    let peer = Peer::saying("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let mut headers = HeaderMap::new();
    headers.insert("host", "inside.example".parse().unwrap());
    headers.insert("content-length", "3".parse().unwrap());
    headers.insert("transfer-encoding", "chunked".parse().unwrap());
    headers.insert("connection", "close".parse().unwrap());
    let request = HttpRequest {
        headers,
        method: http::Method::POST,
        body: "hello".into(),
        ..get(peer.url("/"))
    };
    fetch(&egress(), request).await.unwrap();
    let seen = &peer.seen()[0];
    assert_eq!(seen.body, b"hello");
    assert!(!seen.has_header("transfer-encoding") && !seen.has_header("connection"));
    assert!(seen.head.contains(&format!("host: {}", peer.address)));
}

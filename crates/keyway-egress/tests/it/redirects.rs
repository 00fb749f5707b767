use bytes::Bytes;
use http::{HeaderMap, Method};
use keyway_core::ports::{Destination, HttpError, HttpRequest, HttpSend as _, Redirects};

use crate::support::{Peer, egress, egress_allowing, fetch, get};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn redirecting(status: u16, location: impl Into<String>) -> Peer {
    let location = location.into();
    Peer::start(move |request, out| {
        if request.line().contains(" /end ") {
            return out.write_all(OK.as_bytes());
        }
        write!(
            out,
            "HTTP/1.1 {status} X\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"
        )
    })
}

fn with_credentials(request: HttpRequest) -> HttpRequest {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", "Bearer s3cret".parse().unwrap());
    headers.insert("x-api-key", "s3cret".parse().unwrap());
    headers.insert("cookie", "a=s3cret".parse().unwrap());
    HttpRequest { headers, ..request }
}

#[tokio::test]
async fn headers_stay_within_the_origin() {
    let peer = redirecting(302, "/end");
    fetch(&egress(), with_credentials(get(peer.url("/"))))
        .await
        .unwrap();
    assert!(peer.seen()[1].has_header("authorization"));
}

#[tokio::test]
async fn another_origin_sees_no_header_of_the_request() {
    let end = Peer::saying(OK);
    let start = redirecting(302, end.url("/"));
    fetch(&egress(), with_credentials(get(start.url("/"))))
        .await
        .unwrap();
    let seen = &end.seen()[0];
    assert!(!seen.head.contains("s3cret"), "{}", seen.head);
    assert!(!seen.has_header("referer"));
}

#[tokio::test]
async fn another_origin_never_sees_the_body() {
    let end = Peer::saying(OK);
    for status in [307, 308] {
        let start = redirecting(status, end.url("/"));
        let request = HttpRequest {
            method: Method::POST,
            body: Bytes::from_static(b"client_secret=s3cret"),
            ..get(start.url("/"))
        };
        let result = fetch(&egress(), request).await;
        assert!(matches!(result, Err(HttpError::Refused(_))));
    }
    assert_eq!(end.connections(), 0);
}

#[tokio::test]
async fn a_post_that_is_redirected_with_307_is_repeated_at_the_same_origin() {
    let peer = redirecting(307, "/end");
    let request = HttpRequest {
        method: Method::POST,
        body: Bytes::from_static(b"hello"),
        ..get(peer.url("/"))
    };
    fetch(&egress(), request).await.unwrap();
    let seen = peer.seen();
    assert_eq!(seen[1].line(), "POST /end HTTP/1.1");
    assert_eq!(seen[1].body, b"hello");
}

#[tokio::test]
async fn every_hop_is_guarded_anew() {
    let inside = Peer::saying(OK);
    let start = redirecting(302, format!("http://localhost:{}/", inside.address.port()));
    // The operator wrote 127.0.0.1; where that sends us is not the operator's word.
    let result = fetch(&egress(), get(start.url("/"))).await;
    assert!(matches!(result, Err(HttpError::Refused(_))), "{result:?}");
    let metadata = redirecting(302, "http://169.254.169.254/latest/");
    let result = fetch(&egress(), get(metadata.url("/"))).await;
    assert!(matches!(result, Err(HttpError::Refused(_))), "{result:?}");
    // Not even a guarded start that is allowed itself may lead further inside.
    let rule = start.address.to_string();
    let request = HttpRequest {
        destination: Destination::Guarded,
        ..get(start.url("/"))
    };
    let result = fetch(&egress_allowing(&[&rule]), request).await;
    assert!(matches!(result, Err(HttpError::Refused(_))), "{result:?}");
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn redirects_end() {
    let peer = redirecting(302, "/again");
    let result = fetch(&egress(), get(peer.url("/"))).await;
    assert!(matches!(result, Err(HttpError::TooManyRedirects)));
    assert_eq!(peer.seen().len(), 6);
}

#[tokio::test]
async fn a_redirect_can_be_had_as_it_is() {
    let peer = redirecting(302, "/end");
    let request = HttpRequest {
        redirects: Redirects::Return,
        ..get(peer.url("/"))
    };
    let response = egress().send(request).await.unwrap();
    assert_eq!(response.status, 302);
    assert_eq!(response.headers["location"], "/end");
}

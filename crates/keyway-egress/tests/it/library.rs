//! The client that is handed to libraries.

use keyway_core::ports::HttpError;

use crate::support::{Names, Peer, egress, egress_resolving};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn a_library_reaches_private_addresses_and_no_metadata_service() {
    let peer = Peer::saying(OK);
    let client = egress().library_client(&peer.url("/v1/")).unwrap();
    let answer = client.get(peer.url("/v1/models")).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "ok");
    for host in ["169.254.169.254", "2852039166", "[fd00:ec2::254]"] {
        let refused = egress().library_client(&format!("http://{host}/v1/"));
        assert!(matches!(refused, Err(HttpError::Refused(_))), "{host}");
    }
}

#[tokio::test]
async fn a_name_of_a_library_is_checked_whenever_it_is_resolved() {
    let egress = egress_resolving(Names::answering(&[&["169.254.169.254"]]));
    let client = egress.library_client("http://models.test/v1/").unwrap();
    let error = client
        .get("http://models.test/v1/")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn a_library_is_not_led_elsewhere() {
    let peer = Peer::saying(
        "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n",
    );
    let client = egress().library_client(&peer.url("/")).unwrap();
    let answer = client.get(peer.url("/")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), peer.connections()), (302, 1));
}

#[test]
fn a_library_has_http_urls_only() {
    for url in ["ftp://localhost/", "unix:/run/model.sock:/", "nonsense", ""] {
        let refused = egress().library_client(url);
        assert!(matches!(refused, Err(HttpError::BadUrl(_))), "{url}");
    }
}

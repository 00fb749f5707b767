use keyway_core::ports::HttpError;

use crate::support::{Names, Peer, egress, egress_allowing, egress_resolving, fetch, get, guarded};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn refused(result: &Result<bytes::Bytes, HttpError>) -> bool {
    matches!(result, Err(HttpError::Refused(_)))
}

#[tokio::test]
async fn operators_reach_private_addresses_and_others_do_not() {
    let peer = Peer::saying(OK);
    let egress = egress();
    assert_eq!(fetch(&egress, get(peer.url("/"))).await.unwrap(), "ok");
    assert!(refused(&fetch(&egress, guarded(peer.url("/"))).await));
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn every_spelling_of_a_private_address_is_refused() {
    let peer = Peer::saying(OK);
    let egress = egress();
    let port = peer.address.port();
    for host in [
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "017700000001",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "localhost",
        "LOCALHOST",
        "１２７.０.０.１",
    ] {
        let result = fetch(&egress, guarded(format!("http://{host}:{port}/"))).await;
        assert!(refused(&result), "{host}: {result:?}");
    }
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn metadata_services_are_refused_to_operators_too() {
    let egress = egress();
    for host in [
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "2852039166",
    ] {
        let result = fetch(&egress, get(format!("http://{host}/latest/meta-data/"))).await;
        assert!(refused(&result), "{host}: {result:?}");
    }
    let names = egress_resolving(Names::answering(&[&["169.254.169.254"]]));
    assert!(refused(
        &fetch(&names, get("http://metadata.internal/")).await
    ));
}

#[tokio::test]
async fn the_allow_list_lets_hosts_ports_and_networks_through() {
    let peer = Peer::saying(OK);
    let port = peer.address.port();
    for rule in ["127.0.0.0/8", "127.0.0.1", &format!("127.0.0.1:{port}")] {
        let result = fetch(&egress_allowing(&[rule]), guarded(peer.url("/"))).await;
        assert_eq!(result.unwrap(), "ok", "{rule}");
    }
    for rule in ["localhost", &format!("localhost:{port}"), "127.0.0.0/8"] {
        let egress = egress_allowing(&[rule, "::1"]);
        let result = fetch(&egress, guarded(format!("http://localhost:{port}/"))).await;
        assert_eq!(result.unwrap(), "ok", "{rule}");
    }
    for rule in ["10.0.0.0/8", "127.0.0.1:1", "localhost:1", "localhost"] {
        let result = fetch(&egress_allowing(&[rule]), guarded(peer.url("/"))).await;
        assert!(refused(&result), "{rule}");
    }
}

#[tokio::test]
async fn the_address_connected_to_is_the_address_that_was_checked() {
    let peer = Peer::saying(OK);
    // The first answer looks harmless; what a second lookup would bring is private.
    let egress = egress_resolving(Names::answering(&[&["198.51.100.1"], &["127.0.0.1"]]));
    let url = format!("http://rebind.example:{}/", peer.address.port());
    assert!(refused(&fetch(&egress, guarded(&url)).await));
    assert!(refused(&fetch(&egress, guarded(&url)).await));
    assert_eq!(peer.connections(), 0);
    // An operator's name may point there; the connection is not lent to anyone else.
    assert_eq!(fetch(&egress, get(&url)).await.unwrap(), "ok");
    assert!(refused(&fetch(&egress, guarded(&url)).await));
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn of_several_addresses_only_the_allowed_ones_are_tried() {
    let peer = Peer::saying(OK);
    let names = Names::answering(&[&["169.254.169.254", "127.0.0.1"]]);
    let egress = egress_resolving(names);
    let url = format!("http://mixed.example:{}/", peer.address.port());
    assert_eq!(fetch(&egress, get(&url)).await.unwrap(), "ok");
}

#[tokio::test]
async fn connections_are_used_again() {
    let peer = Peer::saying(OK);
    let egress = egress();
    for _ in 0..5 {
        fetch(&egress, get(peer.url("/"))).await.unwrap();
    }
    assert_eq!(peer.connections(), 1);
}

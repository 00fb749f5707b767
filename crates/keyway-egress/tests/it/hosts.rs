use std::sync::atomic::{AtomicUsize, Ordering};

use http::StatusCode;
use keyway_core::ports::{Hosts, HttpError, HttpRequest, HttpSend as _};

use crate::support::{Names, Peer, egress, egress_allowing, egress_resolving, fetch, get};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A request that may go to this peer only.
fn held(url: String, only: &Peer) -> HttpRequest {
    HttpRequest {
        hosts: Some(Hosts::new([only.address.to_string()]).unwrap()),
        ..get(url)
    }
}

#[tokio::test]
async fn attack_what_is_held_to_hosts_goes_nowhere_else() {
    let declared = Peer::saying(OK);
    let other = Peer::saying(OK);
    // Not even where the operator lets everything through.
    for egress in [egress(), egress_allowing(&["127.0.0.0/8", "localhost"])] {
        let body = fetch(&egress, held(declared.url("/"), &declared)).await;
        assert_eq!(body.unwrap(), "ok");
        for url in [
            other.url("/"),
            format!("http://localhost:{}/", declared.address.port()),
            "unix:/run/docker.sock#/".to_owned(),
        ] {
            let refused = fetch(&egress, held(url.clone(), &declared)).await;
            assert!(
                matches!(refused, Err(HttpError::Refused(_))),
                "{url}: {refused:?}"
            );
        }
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn attack_a_host_below_a_declared_name_leads_into_no_private_network() {
    let peer = Peer::saying(OK);
    let url = format!("http://inner.acme.example:{}/", peer.address.port());
    let asked = |hosts: &[&str]| HttpRequest {
        hosts: Some(Hosts::new(hosts).unwrap()),
        ..get(url.clone())
    };
    let egress = egress_resolving(Names::answering(&[&["127.0.0.1"]]));
    let refused = fetch(&egress, asked(&["*.acme.example"])).await;
    assert!(matches!(refused, Err(HttpError::Refused(_))), "{refused:?}");
    assert_eq!(peer.connections(), 0);
    // Who writes the very host down means it, and `egress.allow` means whatever it names.
    for hosts in [
        &["inner.acme.example"][..],
        &["*.acme.example", "inner.acme.example"],
    ] {
        assert_eq!(fetch(&egress, asked(hosts)).await.unwrap(), "ok");
    }
    let local = HttpRequest {
        hosts: Some(Hosts::new(["*.localhost"]).unwrap()),
        ..get(format!("http://inner.localhost:{}/", peer.address.port()))
    };
    let refused = fetch(
        &egress_resolving(Names::answering(&[&["127.0.0.1"]])),
        local,
    )
    .await;
    assert!(matches!(refused, Err(HttpError::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn attack_a_redirect_leads_nothing_that_is_held_elsewhere() {
    let other = Peer::saying(OK);
    let elsewhere = other.url("/");
    let declared = Peer::start(move |_, out| {
        write!(
            out,
            "HTTP/1.1 302 Found\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n"
        )
    });
    let refused = fetch(&egress(), held(declared.url("/"), &declared)).await;
    assert!(matches!(refused, Err(HttpError::Refused(_))), "{refused:?}");
    assert_eq!((declared.seen().len(), other.connections()), (1, 0));
}

#[tokio::test]
async fn a_busy_service_is_asked_again_as_often_as_is_said() {
    let asked = AtomicUsize::new(0);
    let busy = Peer::start(move |_, out| match asked.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => out.write_all(b"HTTP/1.1 503 Busy\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"),
        _ => out.write_all(OK.as_bytes()),
    });
    let request = |retries| HttpRequest {
        retries,
        ..get(busy.url("/"))
    };
    let once = egress().send(request(0)).await.unwrap();
    assert_eq!(once.status, StatusCode::SERVICE_UNAVAILABLE);
    let again = egress().send(request(3)).await.unwrap();
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(busy.seen().len(), 3);
}

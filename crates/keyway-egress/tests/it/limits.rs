use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use keyway_core::ports::{HttpError, HttpRequest, HttpSend as _, Limits};

use crate::support::{Peer, egress, fetch, get};

fn limited(url: String, body_bytes: u64) -> HttpRequest {
    let request = get(url);
    HttpRequest {
        limits: Limits {
            body_bytes: Some(body_bytes),
            ..request.limits
        },
        ..request
    }
}

#[tokio::test]
async fn a_declared_length_over_the_limit_is_refused_before_the_body() {
    let peer = Peer::saying("HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n");
    let result = egress().send(limited(peer.url("/"), 100)).await;
    assert!(matches!(result, Err(HttpError::TooLarge)));
}

#[tokio::test]
async fn a_body_of_undeclared_length_ends_at_the_limit() {
    let peer = Peer::start(|_, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
        loop {
            out.write_all(b"10\r\n0123456789abcdef\r\n")?;
        }
    });
    let result = fetch(&egress(), limited(peer.url("/"), 1 << 16)).await;
    assert!(matches!(result, Err(HttpError::TooLarge)), "{result:?}");
}

#[tokio::test]
async fn a_body_as_long_as_the_limit_passes() {
    let peer = Peer::saying("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    assert_eq!(
        fetch(&egress(), limited(peer.url("/"), 5)).await.unwrap(),
        "hello"
    );
    let result = fetch(&egress(), limited(peer.url("/"), 4)).await;
    assert!(matches!(result, Err(HttpError::TooLarge)));
}

#[tokio::test]
async fn a_body_shorter_than_declared_is_an_error() {
    let peer = Peer::start(|_, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello")?;
        Err(std::io::ErrorKind::Other.into())
    });
    let result = fetch(&egress(), get(peer.url("/"))).await;
    assert!(matches!(result, Err(HttpError::Broken(_))), "{result:?}");
}

#[tokio::test]
async fn a_body_longer_than_declared_is_cut_and_its_connection_not_used_again() {
    let peer = Peer::saying(
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil",
    );
    let egress = egress();
    for _ in 0..3 {
        assert_eq!(fetch(&egress, get(peer.url("/"))).await.unwrap(), "ok");
    }
}

#[tokio::test]
async fn a_compressed_body_is_left_as_it_is() {
    let peer = Peer::saying(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x01\x02\x03",
    );
    assert_eq!(
        fetch(&egress(), get(peer.url("/"))).await.unwrap(),
        "\x01\x02\x03"
    );
    assert!(!peer.seen()[0].has_header("accept-encoding"));
}

#[tokio::test]
async fn a_slow_head_times_out() {
    let (hold, until_dropped) = mpsc::channel::<()>();
    let until_dropped = Mutex::new(until_dropped);
    let peer = Peer::start(move |_, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\nx-drip: ")?;
        let _ = until_dropped.lock().unwrap().recv();
        Ok(())
    });
    let request = get(peer.url("/"));
    let request = HttpRequest {
        limits: Limits {
            head: Some(Duration::from_millis(100)),
            ..request.limits
        },
        ..request
    };
    let result = egress().send(request).await;
    assert!(matches!(result, Err(HttpError::Timeout)), "{result:?}");
    drop(hold);
}

#[tokio::test]
async fn a_connection_that_never_stands_times_out() {
    // TEST-NET-1 (RFC 5737) would leave the machine; a full backlog does not.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut filling = Vec::new();
    let patience = Duration::from_millis(200);
    while filling.len() < 10_000 {
        match std::net::TcpStream::connect_timeout(&address, patience) {
            Ok(stream) => filling.push(stream),
            Err(_) => break,
        }
    }
    let request = get(format!("http://{address}/"));
    let request = HttpRequest {
        limits: Limits {
            connect: Duration::from_millis(100),
            head: None,
            ..request.limits
        },
        ..request
    };
    let result = egress().send(request).await;
    assert!(matches!(result, Err(HttpError::Connect(_))), "{result:?}");
}

#[tokio::test]
async fn dropping_the_body_ends_the_exchange() {
    let (ended, was_ended) = mpsc::channel();
    let peer = Peer::start(move |_, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
        while out.write_all(b"1\r\nx\r\n").is_ok() {}
        let _ = ended.send(());
        Err(std::io::ErrorKind::BrokenPipe.into())
    });
    let mut response = egress().send(get(peer.url("/"))).await.unwrap();
    response.body.chunk().await.unwrap().unwrap();
    drop(response);
    let told = tokio::task::spawn_blocking(move || was_ended.recv_timeout(Duration::from_secs(20)));
    told.await.unwrap().unwrap();
}

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyway_app::Settings;
use keyway_app::oauth::{Documents, OauthSettings, Site};
use keyway_core::ports::BoxFuture;
use keyway_egress::{AllowList, EgressConfig, Resolve};
use keyway_store::Purpose;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::world::query_of;
use crate::support::Process;

/// A server that has a document under an etag: 200 the first time, 304 to who knows it.
async fn published(answers: Arc<(AtomicUsize, AtomicUsize)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/client.json", listener.local_addr().unwrap());
    let body = json!({
        "client_id": url,
        "client_name": "Published",
        "redirect_uris": ["https://app.example/cb"],
    })
    .to_string();
    #[expect(clippy::disallowed_methods, reason = "a test's own server")]
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = vec![0u8; 4096];
            let read = socket.read(&mut request).await.unwrap_or(0);
            request.truncate(read);
            let known = String::from_utf8_lossy(&request).contains("if-none-match: \"one\"");
            let answer = if known {
                answers.1.fetch_add(1, Ordering::Relaxed);
                "HTTP/1.1 304 Not Modified\r\ncache-control: max-age=300\r\n\r\n".to_owned()
            } else {
                answers.0.fetch_add(1, Ordering::Relaxed);
                format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncache-control: max-age=300\r\n\
                     etag: \"one\"\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                )
            };
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    url
}

#[tokio::test]
async fn a_document_is_kept_as_long_as_it_says_and_asked_about_by_its_etag() {
    let directory = tempfile::tempdir().unwrap();
    let settings = Settings {
        oauth: OauthSettings {
            documents: Documents::Loopback,
            ..OauthSettings::default()
        },
        ..Settings::default()
    };
    let egress = EgressConfig {
        allow: AllowList::new(vec!["127.0.0.1".parse().unwrap()]),
        ..EgressConfig::default()
    };
    let path = directory.path();
    let process = Process::start_through(path, Purpose::Serve, Vec::new(), settings, egress).await;
    let counted = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let client = published(Arc::clone(&counted)).await;
    let site = Site::new("https://gate.example", Some("/mcp")).unwrap();
    let look = async || {
        let query = query_of(&client, "mcp");
        process
            .app
            .oauth()
            .authorize(&site, &query, None)
            .await
            .unwrap();
        (
            counted.0.load(Ordering::Relaxed),
            counted.1.load(Ordering::Relaxed),
        )
    };
    assert_eq!(look().await, (1, 0));
    process.clock.advance(Duration::from_secs(299));
    assert_eq!(look().await, (1, 0), "fresh");
    process.clock.advance(Duration::from_secs(1));
    assert_eq!(look().await, (1, 1), "asked by its etag");
    process.clock.advance(Duration::from_secs(299));
    assert_eq!(look().await, (1, 1), "fresh again");
    process.stop().await;
}

/// A name that leads elsewhere from its second lookup on.
struct Rebinding(AtomicUsize);

impl Resolve for Rebinding {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let first = self.0.fetch_add(1, Ordering::Relaxed) == 0;
        let address = if first { "127.0.0.2" } else { "127.0.0.1" };
        Box::pin(async { Ok(vec![address.parse().unwrap()]) })
    }
}

/// How often a name was looked up, and how many connections came to `127.0.0.1`, when a document
/// was asked for three times, minutes apart. Only the addresses in `allowed` pass the guard.
async fn rebound(allowed: &[&str]) -> (usize, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    #[expect(clippy::disallowed_methods, reason = "a test's own server")]
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    let names = Arc::new(Rebinding(AtomicUsize::new(0)));
    let rules = allowed.iter().map(|rule| rule.parse().unwrap());
    let egress = EgressConfig {
        allow: AllowList::new(rules.collect()),
        resolver: Arc::clone(&names) as _,
    };
    let directory = tempfile::tempdir().unwrap();
    let (path, settings) = (directory.path(), Settings::default());
    let process = Process::start_through(path, Purpose::Serve, Vec::new(), settings, egress).await;
    let site = Site::new("https://gate.example", Some("/mcp")).unwrap();
    let query = query_of(&format!("https://rebind.example:{port}/client.json"), "mcp");
    for _ in 0..3 {
        let asked = process.app.oauth().authorize(&site, &query, None).await;
        assert!(asked.is_err(), "nobody answers there in TLS");
        process.clock.advance(Duration::from_mins(2));
    }
    process.stop().await;
    let looked_up = names.0.load(Ordering::Relaxed);
    (looked_up, connections.load(Ordering::Relaxed))
}

#[tokio::test]
async fn attack_cimd_ssrf_dns_rebinding_reaches_nothing_that_was_not_checked() {
    // What is checked is what is connected to: one lookup each time, and none in between.
    assert_eq!(rebound(&["127.0.0.2"]).await, (3, 0));
    // Without the guard the same name does lead there.
    let (_, connections) = rebound(&["127.0.0.0/8"]).await;
    assert!(connections >= 1);
}

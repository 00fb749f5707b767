#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyway_app::Settings;
use keyway_app::oauth::{Documents, OauthSettings, Site};
use keyway_egress::{AllowList, EgressConfig};
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

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyway_app::oauth::Documents;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::party::Party;
use super::world::{Gate, gate, gate_with};

/// A web server that answers every request with the same bytes.
struct Site {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Site {
    async fn start(answer: impl Fn(SocketAddr) -> Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answer = answer(address);
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        #[expect(clippy::disallowed_methods, reason = "a test's own server")]
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let mut request = [0u8; 4096];
                let _ = socket.read(&mut request).await;
                let _ = socket.write_all(&answer).await;
                if answer.is_empty() {
                    // Never answers: the socket is kept open.
                    std::mem::forget(socket);
                }
            }
        });
        Self { address, asked }
    }

    fn url(&self) -> String {
        format!("http://{}/client.json", self.address)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn document(id: &str) -> Value {
    json!({
        "client_id": id,
        "client_name": "Published app",
        "redirect_uris": ["https://app.example/callback"],
        "token_endpoint_auth_method": "none",
    })
}

fn ok(body: &str) -> Vec<u8> {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncache-control: max-age=600\r\n";
    format!(
        "{head}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn lenient() -> Gate {
    gate_with(|config| {
        config.oauth.documents = Documents::Loopback;
        config.egress.allow = vec!["127.0.0.1".parse().unwrap()];
    })
    .await
}

fn party(gate: &Gate, id: &str) -> Party {
    Party {
        address: gate.app.address(),
        id: id.to_owned(),
        secret: None,
        redirect_uri: "https://app.example/callback".into(),
    }
}

#[tokio::test]
async fn a_client_is_known_by_its_document_which_is_fetched_once() {
    let mut gate = lenient().await;
    let site =
        Site::start(|at| ok(&document(&format!("http://{at}/client.json")).to_string())).await;
    let party = party(&gate, &site.url());
    let page = gate.owner.get(&party.url()).await;
    assert_eq!(page.status(), 200, "{}", page.text());
    assert!(page.text().contains("Published app"));
    assert!(
        page.text().contains(&site.address.to_string()),
        "who vouches for it"
    );
    let tokens = gate.tokens(&party).await;
    assert!(gate.works(&tokens.access).await);
    party.refresh(&tokens.refresh).await;
    assert_eq!(site.asked(), 1);
}

#[tokio::test]
async fn attack_documents_that_are_not_right_make_no_client() {
    let mut gate = lenient().await;
    let own = |at: SocketAddr| format!("http://{at}/client.json");
    let other =
        Site::start(|_| ok(&document("https://other.example/client.json").to_string())).await;
    let secret = Site::start(|at| {
        let mut body = document(&own(at));
        body["client_secret"] = "s".into();
        ok(&body.to_string())
    })
    .await;
    let markup = Site::start(|at| {
        let mut body = document(&own(at));
        body["client_name"] = "<b>x</b>".into();
        ok(&body.to_string())
    })
    .await;
    let large = Site::start(|at| {
        let mut body = document(&own(at));
        body["padding"] = "x".repeat(80 << 10).into();
        ok(&body.to_string())
    })
    .await;
    let moved = Site::start(|_| {
        b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n"
            .to_vec()
    })
    .await;
    let page = Site::start(|_| {
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\n{}".to_vec()
    })
    .await;
    let missing =
        Site::start(|_| b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    for site in [other, secret, markup, large, moved, page, missing] {
        let party = party(&gate, &site.url());
        for _ in 0..2 {
            let answer = gate.owner.get(&party.url()).await;
            assert_eq!(answer.status(), 400);
            assert!(!answer.has("location"));
        }
        assert_eq!(site.asked(), 1, "nobody tries again at once");
    }
}

#[tokio::test]
async fn attack_cimd_ssrf_documents_at_private_addresses_are_not_fetched() {
    let mut gate = gate().await;
    let site =
        Site::start(|at| ok(&document(&format!("http://{at}/client.json")).to_string())).await;
    let port = site.address.port();
    for id in [
        site.url(),
        format!("https://127.0.0.1:{port}/client.json"),
        format!("https://localhost:{port}/client.json"),
        format!("https://127.0.0.1.nip.io:{port}/client.json"),
        format!("https://[::1]:{port}/client.json"),
        format!("https://[::ffff:127.0.0.1]:{port}/client.json"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://metadata.google.internal/computeMetadata".to_owned(),
        "https://10.0.0.1/client.json".to_owned(),
        "https://2130706433/client.json".to_owned(),
        "https://0x7f.1/client.json".to_owned(),
        "https://user@app.example/client.json".to_owned(),
        "https://app.example/".to_owned(),
    ] {
        let party = party(&gate, &id);
        let answer = gate.owner.get(&party.url()).await;
        assert_eq!(answer.status(), 400, "{id}");
        assert!(!answer.text().contains("169.254"), "nothing is repeated");
    }
    assert_eq!(site.asked(), 0);
}

#[tokio::test]
async fn attack_cimd_ssrf_a_redirect_of_a_document_is_followed_nowhere() {
    let mut gate = lenient().await;
    // Even to where the gateway may go, with a document that would be right there.
    let inner = Site::start(|at| ok(&document(&format!("http://{at}/client.json")).to_string()));
    let inner = inner.await;
    for status in [301, 302, 303, 307, 308] {
        for target in [
            inner.url(),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "http://[fd00:ec2::254]/latest/meta-data/".to_owned(),
            "http://metadata.google.internal/computeMetadata/v1/".to_owned(),
            format!("//{}/client.json", inner.address),
        ] {
            let answer = format!(
                "HTTP/1.1 {status} Moved\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            let site = Site::start(|_| answer.clone().into_bytes()).await;
            let party = party(&gate, &site.url());
            let page = gate.owner.get(&party.url()).await;
            assert_eq!(page.status(), 400, "{status} {target}");
            assert!(!page.has("location"), "{status} {target}");
            assert!(!page.text().contains("169.254"), "nothing is repeated");
            assert_eq!(site.asked(), 1, "{status} {target}");
        }
    }
    assert_eq!(inner.asked(), 0);
}

#[tokio::test]
async fn a_gateway_can_do_without_documents() {
    let mut gate = gate_with(|config| {
        config.oauth.documents = Documents::Off;
        config.egress.allow = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let site =
        Site::start(|at| ok(&document(&format!("http://{at}/client.json")).to_string())).await;
    let party = party(&gate, &site.url());
    assert_eq!(gate.owner.get(&party.url()).await.status(), 400);
    assert_eq!(site.asked(), 0);
}

#[tokio::test]
async fn attack_a_document_that_does_not_come_is_waited_for_a_few_seconds_by_one() {
    let gate = lenient().await;
    let site = Site::start(|_| Vec::new()).await;
    let party = party(&gate, &site.url());
    let (mut one, mut two) = (gate.owner.clone(), gate.owner.clone());
    let url = party.url();
    let (one, two) = tokio::join!(one.get(&url), two.get(&url));
    assert_eq!((one.status(), two.status()), (400, 400));
    assert_eq!(site.asked(), 1);
}

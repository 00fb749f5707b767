use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::provider::sign::Algorithm;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::model::Model;
use crate::Failure;
use crate::http::{self, Connection, is_ok};
use crate::measure::gateway::{Access, Gateway};

/// A gateway whose agent is published.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) gateway: Gateway,
    key: String,
    pub(super) address: Address,
}

/// Where webhooks are sent to, and what they are signed with.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) socket: SocketAddr,
    path: Arc<str>,
    secret: Arc<str>,
}

impl Desk {
    pub(super) async fn open(model: &Model, concurrency: usize) -> Result<Self, Failure> {
        let models = json!({ "vendors": { "lab": {
            "base_url": format!("http://{}/v1/", model.address), "key": "of-the-bench"
        } } });
        let configuration = format!(
            "agents: {{ triage: {{ model: lab/test }} }}\n\
             models: {models}\n\
             deliveries: {{ concurrency: {concurrency} }}\n\
             rate_limit: {{ principal: {{limit: 0}}, client: {{limit: 0}}, address: {{limit: 0}} }}\n\
             egress: {{ allow: [\"127.0.0.1/32\"] }}\n"
        );
        let gateway = Gateway::start_with(Access::ApiKey, &[], &configuration).await?;
        let key = gateway.api_key().await?;
        let socket = gateway.process.address;
        let robot = json!({ "name": "robot", "role": "member" });
        let robot = ask(socket, &key, "POST", "/v1/service-accounts", Some(&robot)).await?;
        let draft = json!({
            "provider": "webhook", "name": "Bench", "agent": "triage", "granularity": "per_thread",
            "serviceAccount": robot.get("id"),
            "settings": {
                "verification": { "kind": "hmac", "header": "X-Sign" },
                "eventId": "/id", "conversation": "/ticket", "message": "/text"
            }
        });
        let made = ask(socket, &key, "POST", "/v1/publications", Some(&draft)).await?;
        let text = |name: &str| {
            let text = made.get(name).and_then(Value::as_str).map(str::to_owned);
            text.ok_or_else(|| format!("a publication without {name}: {made}"))
        };
        let address = Address {
            socket,
            path: format!("/webhook/webhook/{}", text("id")?).into(),
            secret: text("secret")?.into(),
        };
        Ok(Self {
            gateway,
            key,
            address,
        })
    }

    /// Waits until everything that came in is answered.
    pub(super) async fn until_answered(&self, patience: Duration) -> Result<(), Failure> {
        let deadline = Instant::now() + patience;
        loop {
            let mut left = 0;
            for state in ["queued", "running", "retrying", "dead"] {
                let path = format!("/v1/deliveries?limit=1&state={state}");
                let page = ask(self.address.socket, &self.key, "GET", &path, None).await?;
                let page = page.get("deliveries").and_then(Value::as_array);
                left += page.ok_or("no list of deliveries")?.len();
            }
            if left == 0 {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err("deliveries are not answered".into());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Address {
    /// A request about an event in a conversation of its own.
    pub(super) fn request(&self, name: &str) -> Vec<u8> {
        let body = json!({ "id": name, "ticket": name, "text": "The pipe leaks at the joint" });
        let body = body.to_string();
        let mut signature = String::new();
        for byte in Algorithm::Sha256.sign(self.secret.as_bytes(), &[body.as_bytes()]) {
            let _ = write!(signature, "{byte:02x}");
        }
        format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\nx-sign: {signature}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.path,
            self.socket,
            body.len()
        )
        .into_bytes()
    }

    /// Sends a request and sees that it was taken in.
    pub(super) async fn send(
        &self,
        connection: &mut Connection,
        request: &[u8],
    ) -> Result<(), Failure> {
        let (head, body) = connection.exchange(request).await?;
        if is_ok(head) && body == br#"{"ok":true}"# {
            return Ok(());
        }
        let told = [head, body].map(String::from_utf8_lossy).concat();
        Err(format!("a webhook is not taken in: {told}").into())
    }
}

/// Asks the API for JSON.
async fn ask(
    socket: SocketAddr,
    key: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, Failure> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {socket}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (head, body) = http::once(socket, request.as_bytes()).await?;
    if !head.starts_with(b"HTTP/1.1 2") {
        let told = [head, body].concat();
        return Err(format!("{path}: {}", String::from_utf8_lossy(&told)).into());
    }
    Ok(serde_json::from_slice(&body)?)
}

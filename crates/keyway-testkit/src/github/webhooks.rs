//! Webhooks as GitHub sends them ("Webhook events and payloads").

use std::fmt::Write as _;

use hyper_util::rt::TokioIo;
use keyway_core::provider::sign::Algorithm;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::Url;

use super::server::GitHub;

/// A signed request.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Signed {
    /// Signs a payload as JSON.
    pub fn json(event: &str, payload: &Value, secret: &str) -> Self {
        Self::new(
            event,
            "application/json",
            payload.to_string().into_bytes(),
            secret,
        )
    }

    /// Signs a payload in a form.
    pub fn form(event: &str, payload: &Value, secret: &str) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let body = form.append_pair("payload", &payload.to_string()).finish();
        Self::new(
            event,
            "application/x-www-form-urlencoded",
            body.into_bytes(),
            secret,
        )
    }

    fn new(event: &str, media_type: &str, body: Vec<u8>, secret: &str) -> Self {
        let mut signature = "sha256=".to_owned();
        for byte in Algorithm::Sha256.sign(secret.as_bytes(), &[&body]) {
            let _ = write!(signature, "{byte:02x}");
        }
        let headers = [
            ("x-github-event", event),
            ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
            ("x-hub-signature-256", &signature),
            ("content-type", media_type),
            ("user-agent", "GitHub-Hookshot/044aadd"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            headers: headers.to_vec(),
            body,
        }
    }

    /// Sends it, and says the status it was answered with.
    ///
    /// # Panics
    /// When there is nobody, or no answer.
    pub async fn send(&self, to: &str) -> u16 {
        let to = Url::parse(to).expect("an address");
        let (host, port) = (
            to.host_str().expect("a host"),
            to.port_or_known_default().expect("a port"),
        );
        let socket = TcpStream::connect((host, port))
            .await
            .expect("somebody listens");
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
            .await
            .expect("a connection");
        let mut tasks = JoinSet::new();
        tasks.spawn(connection);
        let mut request = http::Request::post(&to[url::Position::BeforePath..])
            .header("host", format!("{host}:{port}"));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let body = axum::body::Body::from(self.body.clone());
        let answer = sender
            .send_request(request.body(body).expect("a request"))
            .await;
        answer.expect("an answer").status().as_u16()
    }
}

/// Payloads of an installation, about what is in its GitHub.
#[derive(Debug, Clone, Copy)]
pub struct Payloads<'a> {
    /// Where.
    pub github: &'a GitHub,
    /// The installation.
    pub installation: u64,
    /// The repository.
    pub repository: &'a str,
    /// Who does it.
    pub sender: &'a str,
}

impl Payloads<'_> {
    fn base(&self, action: &str) -> Value {
        let state = self.github.state();
        json!({
            "action": action,
            "repository": state.show_repository(self.repository),
            "sender": state.account(self.sender),
            "installation": { "id": self.installation, "node_id": "x" },
        })
    }

    /// `issues` of an issue, or `pull_request` of a pull request, with further members.
    pub fn subject(&self, action: &str, number: u64, more: &Value) -> (&'static str, Value) {
        let mut payload = self.base(action);
        let (pull, issue) = {
            let mut state = self.github.state();
            let repository = state.repository(self.repository);
            (
                repository.pulls.get(&number).cloned(),
                repository.issues[&number].clone(),
            )
        };
        let event = if let Some(mut pull) = pull {
            pull["labels"] = issue["labels"].clone();
            payload["pull_request"] = pull;
            "pull_request"
        } else {
            payload["issue"] = issue;
            "issues"
        };
        payload["number"] = number.into();
        merge(&mut payload, more);
        (event, payload)
    }

    /// `issue_comment`: who sends it wrote it, as what they are to the repository.
    pub fn comment(&self, number: u64, body: &str, association: &str) -> Value {
        let mut comment = self
            .github
            .comment(self.repository, number, self.sender, body);
        comment["author_association"] = association.into();
        let mut payload = self.base("created");
        payload["issue"] = self.github.issue_now(self.repository, number);
        payload["comment"] = comment;
        payload
    }

    /// `pull_request_review_comment`.
    pub fn line_comment(&self, number: u64, body: &str) -> Value {
        let mut payload = self.base("created");
        payload["pull_request"] = self.github.pull_now(self.repository, number);
        payload["comment"] = self
            .github
            .line_comment(self.repository, number, self.sender, body);
        payload
    }

    /// `pull_request_review`.
    pub fn review(&self, number: u64, body: &str) -> Value {
        let mut payload = self.base("submitted");
        payload["pull_request"] = self.github.pull_now(self.repository, number);
        let state = self.github.state();
        payload["review"] = json!({
            "id": 5_000 + number, "node_id": format!("PRR_{number}"), "body": body, "state": "commented", "user": state.account(self.sender),
            "author_association": "MEMBER", "submitted_at": state.now.to_string(),
            "html_url": format!("{}/{}/pull/{number}#pullrequestreview-1", state.web, self.repository),
        });
        payload
    }

    /// `discussion`, or `discussion_comment` where there is one.
    pub fn discussion(
        &self,
        number: u64,
        body: &str,
        comment: Option<&str>,
    ) -> (&'static str, Value) {
        let mut payload = self.base("created");
        let state = self.github.state();
        let said = |id: u64, body: &str| {
            json!({
                "id": id, "node_id": format!("DC_{id}"), "body": body,
                "user": state.account(self.sender), "author_association": "MEMBER",
                "created_at": state.now.to_string(), "updated_at": state.now.to_string(),
                "html_url": format!("{}/{}/discussions/{number}", state.web, self.repository),
            })
        };
        let mut discussion = said(6_000 + number, body);
        discussion["number"] = number.into();
        discussion["title"] = "A question".into();
        discussion["node_id"] = format!("D_{}#{number}", self.repository).into();
        payload["discussion"] = discussion;
        match comment {
            Some(comment) => {
                payload["comment"] = said(7_000 + number, comment);
                ("discussion_comment", payload)
            }
            None => ("discussion", payload),
        }
    }

    /// `installation`.
    pub fn installation(&self, action: &str) -> Value {
        let state = self.github.state();
        let shown = state
            .installation(self.installation)
            .map(|one| state.shown(one));
        let gone =
            json!({ "id": self.installation, "app_id": 0, "updated_at": state.now.to_string() });
        json!({
            "action": action,
            "installation": shown.unwrap_or(gone),
            "sender": state.account(self.sender),
        })
    }
}

fn merge(payload: &mut Value, more: &Value) {
    for (name, value) in more.as_object().into_iter().flatten() {
        payload[name.as_str()] = value.clone();
    }
}

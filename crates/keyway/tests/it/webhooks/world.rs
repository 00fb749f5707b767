use std::collections::BTreeSet;
use std::fmt::Write as _;

use http::Method;
use jiff::Timestamp;
use keyway_core::provider::sign::Algorithm;
use keyway_testkit::models::Script;
use serde_json::{Value, json};

use crate::agents::world::{Lab, agent};
use crate::support::client::{Answer, Ask};
use crate::support::wait::until;

pub(crate) const AGENT: &str = "triage";

/// A gateway whose agent is published, and the third party that knows the secret.
pub(crate) struct Desk {
    pub(crate) lab: Lab,
    pub(crate) account: String,
    pub(crate) publication: Value,
    pub(crate) secret: String,
}

/// Settings with a signed timestamp, and every place named.
pub(crate) fn settings() -> Value {
    json!({
        "verification": {
            "kind": "hmac", "header": "X-Sign", "prefix": "v1=",
            "signed": "{timestamp}.{body}", "timestampHeader": "X-Time"
        },
        "eventId": "/id", "conversation": "/ticket", "message": "/text", "actor": "/by"
    })
}

pub(crate) fn event(id: &str, ticket: &str, text: &str) -> Value {
    json!({ "id": id, "ticket": ticket, "text": text, "by": "ada" })
}

/// The hexadecimal HMAC over parts.
pub(crate) fn signature(secret: &str, parts: &[&[u8]]) -> String {
    let mut text = String::new();
    for byte in Algorithm::Sha256.sign(secret.as_bytes(), parts) {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

impl Desk {
    pub(crate) async fn new(script: impl Into<Script>) -> Self {
        let lab = Lab::new(vec![agent(AGENT)], script).await;
        let draft = json!({
            "provider": "webhook", "name": "Tickets", "granularity": "per_thread", "settings": settings()
        });
        Self::at(lab, draft).await
    }

    /// A gateway whose agent is published as a draft says, by a machine of its own.
    pub(crate) async fn at(lab: Lab, mut draft: Value) -> Self {
        let bot = json!({ "name": "triage bot", "role": "member" });
        let bot = lab.app.post("/v1/service-accounts").json(&bot).send().await;
        assert_eq!(bot.status(), 201, "{}", bot.text());
        let account = bot.json()["id"].as_str().unwrap().to_owned();
        draft["agent"] = AGENT.into();
        draft["serviceAccount"] = account.as_str().into();
        let made = lab.app.post("/v1/publications").json(&draft).send().await;
        assert_eq!(made.status(), 201, "{}", made.text());
        let mut publication = made.json();
        let secret = publication.as_object_mut().unwrap().remove("secret");
        let secret = secret.unwrap().as_str().unwrap().to_owned();
        Self {
            lab,
            account,
            publication,
            secret,
        }
    }

    pub(crate) fn id(&self) -> &str {
        self.publication["id"].as_str().unwrap()
    }

    pub(crate) fn path(&self) -> String {
        let provider = self.publication["provider"].as_str().unwrap();
        format!("/webhook/{provider}/{}", self.id())
    }

    /// A request as the third party signs it at a moment, so many seconds from now.
    pub(crate) fn signed(&self, body: &Value, seconds: i64) -> Ask {
        let now = Timestamp::now().as_second() + seconds;
        let (now, body) = (now.to_string(), body.to_string());
        let parts: [&[u8]; 3] = [now.as_bytes(), b".", body.as_bytes()];
        let signature = format!("v1={}", signature(&self.secret, &parts));
        let ask = self.lab.app.ask(Method::POST, &self.path());
        let ask = ask.header("x-time", &now).header("x-sign", &signature);
        ask.header("content-type", "application/json").body(body)
    }

    pub(crate) async fn send(&self, body: &Value) {
        let answer = self.signed(body, 0).send().await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
        assert_eq!(answer.text(), r#"{"ok":true}"#);
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.lab.app.get(path).send().await;
        assert_eq!(answer.status(), 200, "{path}: {}", answer.text());
        answer.json()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.lab.app.post(path).json(body).send().await
    }

    pub(crate) async fn change(&self, to: &Value) -> Answer {
        let path = format!("/v1/publications/{}", self.id());
        let ask = self.lab.app.ask(Method::PATCH, &path);
        ask.bearer(&self.lab.app.key).json(to).send().await
    }

    /// What came in, the last first.
    pub(crate) async fn deliveries(&self) -> Vec<Value> {
        let page = self.get("/v1/deliveries?limit=200").await;
        page["deliveries"].as_array().unwrap().clone()
    }

    /// Waits until so many came in and all of them are in one of these states.
    pub(crate) async fn settled(&self, count: usize, states: &[&str]) -> Vec<Value> {
        until(&format!("{count} deliveries in {states:?}"), || async {
            let all = self.deliveries().await;
            let settled = |one: &Value| states.contains(&one["state"].as_str().unwrap());
            all.len() == count && all.iter().all(settled)
        })
        .await;
        self.deliveries().await
    }

    /// Why the agent spoke about a delivery, or did not.
    pub(crate) async fn why(&self, delivery: &Value) -> String {
        let path = format!("/v1/deliveries/{}/why", delivery["id"].as_str().unwrap());
        self.get(&path).await["reasons"].to_string()
    }

    /// The sessions of the agent.
    pub(crate) async fn sessions(&self) -> Vec<Value> {
        let page = self.get("/v1/sessions").await;
        page["sessions"].as_array().unwrap().clone()
    }

    /// What was said to the agent in a session, and by it, in order.
    pub(crate) async fn said(&self, session: &str) -> Vec<(String, String)> {
        let page = self.get(&format!("/v1/sessions/{session}/events")).await;
        let events = page["events"].as_array().unwrap().clone();
        let told = |event: Value| {
            let kind = event["type"].as_str().unwrap().to_owned();
            let text = event["text"].as_str()?.to_owned();
            kind.ends_with("_message").then_some((kind, text))
        };
        events.into_iter().filter_map(told).collect()
    }
}

/// Different values of a field.
pub(crate) fn different<'a>(all: &'a [Value], field: &str) -> BTreeSet<&'a str> {
    all.iter().filter_map(|one| one[field].as_str()).collect()
}

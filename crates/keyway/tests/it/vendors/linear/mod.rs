//! An agent in a Linear.

mod answers;
mod app_wide;
mod asked;
mod failures;
mod kills;
mod life;
mod limits;
mod rotation;
mod stopped;
mod underway;

pub(crate) use answers::comment_body;
use keyway_testkit::linear::{Linear, Signed};
use keyway_testkit::models::Script;
use serde_json::{Value, json};

use super::world::{install, lab, with};
use crate::agents::world::Lab;
use crate::webhooks::world::Desk;

/// An agent that is published in a Linear and installed there, and the issue ENG-1.
struct Office {
    desk: Desk,
    linear: Linear,
    issue: String,
}

impl Office {
    async fn open(script: impl Into<Script>) -> Self {
        Self::of(lab(script).await, &json!({})).await
    }

    /// The same in a gateway, with changes to the draft of the publication.
    async fn of(lab: Lab, changes: &Value) -> Self {
        let linear = Linear::start().await;
        let draft = json!({
            "provider": "linear", "name": "Issues",
            "settings": { "apiUrl": linear.url(), "webUrl": linear.url() }
        });
        let desk = Desk::at(lab, with(draft, changes)).await;
        let fields = [
            ("clientId", Linear::CLIENT_ID),
            ("clientSecret", Linear::CLIENT_SECRET),
            ("webhookSecret", Linear::WEBHOOK_SECRET),
        ];
        install(&desk, &fields).await;
        let issue = linear.add_issue("ENG", "The pipe leaks", "At the second joint");
        Self {
            desk,
            linear,
            issue,
        }
    }

    /// Linear sends a webhook.
    async fn send(&self, signed: &Signed) {
        let status = self.linear.deliver(&self.desk.url(), signed).await.unwrap();
        assert_eq!(status, 200);
    }

    /// Ada mentions the agent in the issue. Answers the agent session that begins.
    async fn mention(&self, words: &str) -> String {
        let (session, signed) = self.linear.mention(&self.issue, words);
        self.send(&signed).await;
        session
    }

    /// What the agent said in its sessions, by type, in order, without where more is to be seen.
    fn said(&self, kind: &str) -> Vec<String> {
        let all = self.linear.things("AgentActivity").into_iter();
        let of = all.filter(|one| one["content"]["type"] == kind);
        let words = |one: Value| words(one["content"]["body"].as_str().unwrap()).to_owned();
        of.map(words).collect()
    }

    /// A field of the issue as Linear has it.
    fn field(&self, name: &str) -> Value {
        self.linear.thing(&self.issue).unwrap()[name].clone()
    }
}

/// A text without the link at its end.
fn words(text: &str) -> &str {
    text.split("\n\n[More](").next().unwrap()
}

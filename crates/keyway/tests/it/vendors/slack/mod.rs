//! An agent in a Slack.

mod app_wide;
mod buttons;
mod failures;
mod life;
mod limits;
mod listening;

use http::Method;
use keyway_testkit::models::Script;
use keyway_testkit::slack::Slack;
use serde_json::{Value, json};

use super::world::{install, lab, with};
use crate::agents::world::Lab;
use crate::support::client::Answer;
use crate::webhooks::world::Desk;

/// What whoever installs types in.
const FIELDS: [(&str, &str); 3] = [
    ("clientId", Slack::CLIENT_ID),
    ("clientSecret", Slack::CLIENT_SECRET),
    ("signingSecret", Slack::SIGNING_SECRET),
];

/// An agent that is published in a Slack.
struct Office {
    desk: Desk,
    slack: Slack,
}

impl Office {
    /// One that is installed there.
    async fn open(script: impl Into<Script>) -> Self {
        Self::of(lab(script).await, &json!({})).await
    }

    /// The same in a gateway, with changes to the draft of the publication.
    async fn of(lab: Lab, changes: &Value) -> Self {
        let office = Self::pending(lab, changes).await;
        install(&office.desk, &FIELDS).await;
        office
    }

    /// One that is not installed yet.
    async fn pending(lab: Lab, changes: &Value) -> Self {
        let slack = Slack::start().await;
        let mut settings = slack.settings();
        settings.as_object_mut().unwrap().remove("clientId");
        let draft = json!({ "provider": "slack", "name": "Help", "settings": settings });
        let desk = Desk::at(lab, with(draft, changes)).await;
        Self { desk, slack }
    }

    /// Slack sends a webhook.
    async fn send(&self, body: &Value) {
        let answer = self
            .slack
            .deliver(&self.desk.url(), body, None)
            .await
            .unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Somebody sends a body that is not signed.
    async fn unsigned(&self, body: &Value) -> Answer {
        let ask = self.desk.lab.app.ask(Method::POST, &self.desk.path());
        ask.json(body).send().await
    }

    /// Ada mentions the agent in a channel. Answers the message's `ts`.
    async fn mention(&self, channel: &str, words: &str) -> String {
        let (ts, body) = self.slack.mention(channel, "U0ADA", words, None);
        self.send(&body).await;
        ts
    }

    /// What the agent said in a channel.
    fn said(&self, channel: &str) -> Vec<Value> {
        let all = self.slack.channel(channel).messages.into_iter();
        all.filter(|one| one["user"] == Slack::BOT).collect()
    }
}

/// The texts of messages, without where more is to be seen.
fn texts(messages: &[Value]) -> Vec<&str> {
    let texts = messages.iter().map(|one| one["text"].as_str().unwrap());
    texts.map(|text| text.split('\n').next().unwrap()).collect()
}

//! Calls that need an approval, decided with buttons in a Slack.

mod attacks;
mod decided;
pub(super) mod kills;
mod linked;
mod nested;
mod posted;
mod trust;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyway::config::Config;
use keyway::{Action, Error, Expose};
use keyway_core::Role;
use keyway_testkit::models::{Script, Turn};
use serde_json::{Value, json};

use super::Office;
use crate::agents::world::call;
use crate::support::actions::{Said, Say};
use crate::support::browser::Browser;
use crate::support::people::join;
use crate::support::wait::until;
use crate::vendors::world::lab_set;

const APPROVE: &str = "keyway_approve";
const DENY: &str = "keyway_deny";
/// What the tool is called with; nobody in a channel is to read it.
const SECRET: &str = "the cellar";

/// `acme:purge`: it cannot be undone, and counts how often it was done.
pub(super) struct Purge {
    runs: Arc<AtomicUsize>,
}

impl Purge {
    fn new() -> (Self, Action) {
        let runs = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&runs);
        let action = Action::new("acme:purge", move |_, input: Say| {
            counted.fetch_add(1, Ordering::SeqCst);
            let text = input.text;
            async move { Ok::<_, Error>(Said { text }) }
        });
        (Self { runs }, action.destructive().expose(Expose::NONE))
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

/// The agent wants to purge.
fn wants() -> Turn {
    call("acme-purge", json!({ "text": SECRET }))
}

/// An office whose agent wants to do what cannot be undone, and waits for a decision.
async fn waiting(script: impl Into<Script>) -> (Office, Purge) {
    set(script, |config| {
        config.approvals.wait = Duration::from_mins(1);
    })
    .await
}

async fn set(script: impl Into<Script>, change: impl FnOnce(&mut Config)) -> (Office, Purge) {
    let (purge, action) = Purge::new();
    let lab = lab_set(vec![action], script, change).await;
    (Office::of(lab, &json!({})).await, purge)
}

impl Office {
    /// The message of the agent with buttons, once there are so many of them.
    async fn question(&self, number: usize) -> Value {
        let with_buttons = || {
            let all = self.said("C0ONE").into_iter();
            all.filter(has_buttons).collect::<Vec<_>>()
        };
        until("a question with buttons", || async {
            with_buttons().len() == number
        })
        .await;
        with_buttons().pop().unwrap()
    }

    /// A question as it stands now.
    fn now(&self, question: &Value) -> Value {
        let mut all = self.said("C0ONE").into_iter();
        all.find(|one| one["ts"] == question["ts"]).unwrap()
    }

    /// Waits until a question has no buttons any more. Answers what it says instead.
    async fn settled(&self, question: &Value) -> String {
        until("the buttons to be gone", || async {
            !has_buttons(&self.now(question))
        })
        .await;
        outcome(&self.now(question))
    }

    /// Somebody presses a button below a question.
    async fn press(&self, question: &Value, user: &str, action: &str) {
        let at = ("C0ONE", question["ts"].as_str().unwrap());
        let url = self.desk.url();
        let pressed = self.slack.press_button(&url, at, user, action).await;
        let pressed = pressed.unwrap();
        assert_eq!((pressed.status, pressed.body.as_str()), (200, ""));
    }

    /// What one person alone was told, once there are so many.
    async fn whispered(&self, user: &str, number: usize) -> Value {
        until("something to be whispered", || async {
            self.slack.whispers(user).len() >= number
        })
        .await;
        let all = self.slack.whispers(user);
        assert_eq!(all.len(), number, "{all:#?}");
        all[number - 1].clone()
    }

    /// Whoever has a password here, signed in.
    async fn browser(&self, email: &str) -> Browser {
        let mut browser = Browser::of(&self.desk.lab.app);
        let answer = browser.sign_in(email).await;
        assert_eq!(answer.status(), 303, "{}", answer.text());
        browser
    }

    /// Somebody else of the organization, in the Slack and signed in.
    async fn another(&self, email: &str, role: Role, user: &str) -> Browser {
        let app = self.desk.lab.app.running.app();
        join(app, &app.local(), email, role).await;
        let name = email.split('@').next().unwrap().to_owned();
        self.slack.change_user(user, |person| {
            *person = json!({ "id": user, "team_id": "T0HOME", "name": name });
        });
        self.browser(email).await
    }

    /// Somebody presses a button and says who they are by the link they get.
    async fn link(&self, question: &Value, user: &str, browser: &mut Browser) {
        let before = self.slack.whispers(user).len();
        self.press(question, user, APPROVE).await;
        let link = link_of(&self.whispered(user, before + 1).await);
        let page = browser.get(&link).await;
        assert_eq!(page.status(), 200, "{}", page.text());
        let done = browser.post(&link, &[]).await;
        let there = "/console/me/access?done=external-linked";
        assert_eq!((done.status(), done.header("location")), (303, there));
    }

    /// The approvals, the last asked first.
    async fn approvals(&self) -> Vec<Value> {
        let all = self.desk.get("/v1/approvals").await;
        all["approvals"].as_array().unwrap().clone()
    }
}

/// The path of the link in what somebody was told.
fn link_of(whisper: &Value) -> String {
    let text = whisper["text"].as_str().unwrap();
    let at = text
        .find("/console/me/access/link/")
        .unwrap_or_else(|| panic!("no link: {text}"));
    let link = text[at..].split(['|', '>']).next().unwrap();
    link.to_owned()
}

fn has_buttons(message: &Value) -> bool {
    let blocks = message["blocks"].as_array().cloned().unwrap_or_default();
    blocks.iter().any(|block| block["type"] == "actions")
}

/// What a question says where its buttons were.
fn outcome(question: &Value) -> String {
    let outcome = question["blocks"][1]["elements"][0]["text"].as_str();
    outcome.unwrap_or_default().to_owned()
}

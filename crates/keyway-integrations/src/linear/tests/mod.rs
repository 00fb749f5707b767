mod checks;
mod events;
mod notifications;
mod signatures;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use keyway_core::Secret;
use keyway_core::provider::sign::Algorithm;
use keyway_core::provider::{
    Granularity, IntegrationProvider as _, ProviderContext, Refused, WebhookEvent, WebhookOutcome,
    WebhookRequest, Workspace,
};
use serde_json::{Value, json};

use super::Linear;

const NOW: i64 = 1_800_000_000_000;
const SECRET: &str = "lin_wh_its_a_secret";

/// An installation and its publication.
struct Set {
    settings: Value,
    triggers: Value,
    secret: Secret<String>,
    workspace: Option<Workspace>,
}

impl Set {
    /// An app.
    fn app() -> Self {
        let mut workspace = Workspace::new("org-1", "Acme");
        workspace.bot_id = Some("bot-1".into());
        workspace.bot_name = Some("Keyway".into());
        Self {
            settings: json!({ "clientId": "client-1", "oauthClientId": "app-1" }),
            triggers: json!({}),
            secret: Secret::new(SECRET.to_owned()),
            workspace: Some(workspace),
        }
    }

    /// A personal key.
    fn key() -> Self {
        Self {
            settings: json!({}),
            ..Self::app()
        }
    }

    fn triggers(mut self, triggers: Value) -> Self {
        self.triggers = triggers;
        self
    }

    fn context(&self) -> ProviderContext<'_> {
        ProviderContext {
            settings: &self.settings,
            triggers: &self.triggers,
            secret: &self.secret,
            workspace: self.workspace.as_ref(),
            now: Timestamp::from_millisecond(NOW).unwrap(),
        }
    }

    fn verify(&self, headers: &[(&str, &str)], body: &[u8]) -> Result<(), Refused> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            map.append(name, HeaderValue::from_str(value).unwrap());
        }
        let request = WebhookRequest {
            headers: &map,
            body,
        };
        Linear.verify_webhook(&request, &self.context())
    }

    fn parse(&self, body: &Value) -> WebhookOutcome {
        self.parse_bytes(body.to_string().as_bytes())
    }

    fn parse_bytes(&self, body: &[u8]) -> WebhookOutcome {
        let headers = HeaderMap::new();
        let request = WebhookRequest {
            headers: &headers,
            body,
        };
        Linear.parse_webhook(&request, &self.context())
    }

    /// The event that wakes the agent.
    fn event(&self, body: &Value) -> WebhookEvent {
        match self.parse(body) {
            WebhookOutcome::Accepted(event) => event,
            other => unreachable!("{other:?}"),
        }
    }

    /// Why a body wakes nobody, or that it does.
    fn rule(&self, body: &Value) -> String {
        match self.parse(body) {
            WebhookOutcome::Accepted(event) => format!("accepted: {}", event.rule),
            WebhookOutcome::Ignored { rule, .. } => rule,
            other => format!("{other:?}"),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn signature(body: &[u8]) -> String {
    hex(&Algorithm::Sha256.sign(SECRET.as_bytes(), &[body]))
}

fn conversation(event: &WebhookEvent, granularity: Granularity) -> Option<String> {
    Linear.dispatch(event, granularity)?.conversation
}

fn ada() -> Value {
    json!({ "id": "user-ada", "name": "Ada", "email": "ada@acme.example", "url": "https://linear.app/acme/profiles/ada" })
}

fn issue() -> Value {
    json!({
        "id": "issue-7", "identifier": "ENG-7", "title": "The pipe leaks", "description": "At the joint.",
        "teamId": "team-eng", "team": { "id": "team-eng", "key": "ENG", "name": "Engineering" },
        "url": "https://linear.app/acme/issue/ENG-7"
    })
}

/// What Linear puts around every body of an app.
#[expect(clippy::needless_pass_by_value, reason = "it goes into what is made")]
fn around(kind: &str, action: &str, more: Value) -> Value {
    let mut body = json!({
        "type": kind, "action": action, "createdAt": "2027-01-15T08:00:00.000Z",
        "organizationId": "org-1", "appUserId": "bot-1", "oauthClientId": "app-1",
        "webhookId": "hook-1", "webhookTimestamp": NOW
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// A session that was begun by a mention in a comment.
fn created() -> Value {
    around(
        "AgentSessionEvent",
        "created",
        json!({
            "agentSession": {
                "id": "session-1", "appUserId": "bot-1", "organizationId": "org-1", "status": "pending",
                "issueId": "issue-7", "issue": issue(), "commentId": "comment-1",
                "comment": { "id": "comment-1", "body": "@keyway please look", "userId": "user-ada", "issueId": "issue-7" },
                "creatorId": "user-ada", "creator": ada()
            },
            "promptContext": "<issue identifier=\"ENG-7\"><title>The pipe leaks</title></issue>"
        }),
    )
}

/// What somebody writes in it.
fn prompted() -> Value {
    let mut body = created();
    body["action"] = "prompted".into();
    body.as_object_mut().unwrap().remove("promptContext");
    body["agentActivity"] = json!({
        "id": "activity-1", "agentSessionId": "session-1", "sourceCommentId": "comment-2",
        "content": { "type": "prompt", "body": "And the other joint?" },
        "userId": "user-ada", "user": ada()
    });
    body
}

/// A notification of the app's user about a comment.
fn notified(kind: &str) -> Value {
    around(
        "AppUserNotification",
        kind,
        json!({
            "notification": {
                "id": "notification-1", "type": kind, "userId": "bot-1",
                "actorId": "user-ada", "actor": ada(), "issueId": "issue-7", "issue": issue(),
                "commentId": "comment-2", "parentCommentId": "comment-1",
                "comment": { "id": "comment-2", "body": "And the other joint?", "userId": "user-ada", "issueId": "issue-7" },
                "parentComment": { "id": "comment-1", "body": "It drips", "userId": "user-ada", "issueId": "issue-7" }
            }
        }),
    )
}

/// A comment, as a webhook of the workspace tells of it.
fn commented(words: &str) -> Value {
    let mut body = around(
        "Comment",
        "create",
        json!({
            "data": {
                "id": "comment-2", "body": words, "issueId": "issue-7", "issue": issue(),
                "parentId": "comment-1", "userId": "user-ada", "user": ada()
            },
            "actor": { "id": "user-ada", "type": "user", "name": "Ada" }
        }),
    );
    let object = body.as_object_mut().unwrap();
    object.remove("appUserId");
    object.remove("oauthClientId");
    body
}

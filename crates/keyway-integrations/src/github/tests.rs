use http::{HeaderMap, HeaderName};
use jiff::Timestamp;
use keyway_core::Secret;
use keyway_core::provider::{
    Granularity, InstallationChange, IntegrationProvider as _, ProviderContext, Refused,
    WebhookEvent, WebhookOutcome, WebhookRequest, Workspace,
};
use serde_json::{Value, json};

use super::GitHub;

mod checking;
mod installation;
mod parsing;
mod verifying;
mod waking;

const SECRET: &str = "It's a Secret to Everybody";

/// An installation of the app `keyway`, whose id is 7, with the id 42.
struct Set {
    settings: Value,
    triggers: Value,
    secret: Secret<String>,
    workspace: Option<Workspace>,
}

impl Set {
    fn new(triggers: Value) -> Self {
        Self {
            settings: json!({ "appId": "7", "appSlug": "keyway" }),
            triggers,
            secret: Secret::new(SECRET.to_owned()),
            workspace: Some(Workspace::new("42", "acme")),
        }
    }

    fn context(&self) -> ProviderContext<'_> {
        ProviderContext {
            settings: &self.settings,
            triggers: &self.triggers,
            secret: &self.secret,
            workspace: self.workspace.as_ref(),
            now: Timestamp::UNIX_EPOCH,
        }
    }

    fn verify(&self, signatures: &[&str], body: &[u8]) -> Result<(), Refused> {
        let headers: Vec<_> = signatures
            .iter()
            .map(|one| ("x-hub-signature-256", *one))
            .collect();
        let headers = map(&headers);
        GitHub.verify_webhook(
            &WebhookRequest {
                headers: &headers,
                body,
            },
            &self.context(),
        )
    }

    fn parse(&self, event: &str, body: &Value) -> WebhookOutcome {
        let headers = map(&[
            ("x-github-event", event),
            ("content-type", "application/json"),
        ]);
        let body = body.to_string();
        let request = WebhookRequest {
            headers: &headers,
            body: body.as_bytes(),
        };
        GitHub.parse_webhook(&request, &self.context())
    }

    /// The rule that an event met, or did not.
    fn rule(&self, event: &str, body: &Value) -> String {
        match self.parse(event, body) {
            WebhookOutcome::Accepted(event) => event.rule.to_owned(),
            WebhookOutcome::Ignored { rule, .. } => rule,
            other => format!("{other:?}"),
        }
    }

    fn accepted(&self, event: &str, body: &Value) -> WebhookEvent {
        match self.parse(event, body) {
            WebhookOutcome::Accepted(event) => event,
            other => unreachable!("{other:?}"),
        }
    }
}

fn map(headers: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    map
}

fn person(login: &str) -> Value {
    json!({ "login": login, "id": 1, "type": if login.ends_with("[bot]") { "Bot" } else { "User" } })
}

/// A thing that somebody wrote.
fn said(id: u64, by: &str, association: &str, body: &str) -> Value {
    json!({
        "id": id, "user": person(by), "author_association": association, "body": body,
        "created_at": "2026-11-29T10:00:00Z", "updated_at": "2026-11-29T10:00:00Z",
        "html_url": format!("https://github.com/acme/web/issues/7#{id}"),
    })
}

fn issue(by: &str, association: &str, body: &str) -> Value {
    let mut issue = said(700, by, association, body);
    issue["number"] = 7.into();
    issue["title"] = "The pipe is broken".into();
    issue["state"] = "open".into();
    issue["labels"] = json!([{ "id": 1, "name": "bug" }]);
    issue
}

fn pull(by: &str, association: &str, body: &str) -> Value {
    let mut pull = issue(by, association, body);
    pull["head"] = json!({ "ref": "fix" });
    pull["base"] = json!({ "ref": "main" });
    pull["changed_files"] = 3.into();
    pull["additions"] = 10.into();
    pull["deletions"] = 2.into();
    pull
}

fn payload(action: &str, sender: &str, members: &[(&str, Value)]) -> Value {
    let mut payload = json!({
        "action": action, "sender": person(sender), "installation": { "id": 42 },
        "repository": { "id": 900, "full_name": "acme/web" },
    });
    for (name, value) in members {
        payload[*name] = value.clone();
    }
    payload
}

/// Ada comments on her issue.
fn comment(body: &str) -> Value {
    payload(
        "created",
        "ada",
        &[
            ("issue", issue("ada", "MEMBER", "It drips.")),
            ("comment", said(800, "ada", "MEMBER", body)),
        ],
    )
}

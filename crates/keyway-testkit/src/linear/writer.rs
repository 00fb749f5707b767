//! What tests do in the workspace and look at, and the webhooks that Linear sends of it.

use hmac_sha256::sign;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use super::entity::{Entity, Link, is, link, target, text};
use super::server::{Linear, Signed};
use super::workspace::Workspace;

/// HMAC as the gateway's own signer has it, so that a test of one is no test of the other.
mod hmac_sha256 {
    use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign as mac};

    pub(super) fn sign(key: &str, body: &[u8]) -> String {
        use std::fmt::Write as _;
        let tag = mac(&Key::new(HMAC_SHA256, key.as_bytes()), body);
        tag.as_ref().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl Linear {
    /// The id of the organization.
    pub fn organization(&self) -> String {
        self.inner.workspace.lock().organization.clone()
    }

    /// The id of the app's user.
    pub fn app_user(&self) -> String {
        self.inner.workspace.lock().app_user.clone()
    }

    /// The id of a person, by email.
    pub fn person(&self, email: &str) -> String {
        let workspace = self.inner.workspace.lock();
        let found = workspace.find("User", |user| text(user, "email") == email);
        found.expect("a person with this email")
    }

    /// The id of a team, by key.
    pub fn team(&self, key: &str) -> String {
        team(&self.inner.workspace.lock(), key)
    }

    /// Ada writes an issue. Gives its id.
    pub fn add_issue(&self, key: &str, title: &str, description: &str) -> String {
        let mut workspace = self.inner.workspace.lock();
        let (id, team, ada) = (
            workspace.new_id(),
            team(&workspace, key),
            workspace.ada.clone(),
        );
        let mut fields = Entity::new();
        fields.insert("title".into(), title.into());
        fields.insert("description".into(), description.into());
        workspace.add_issue(&id, &team, &ada, &self.inner.web, fields);
        id
    }

    /// Ada comments on an issue, or replies to a comment. Gives the comment's id.
    pub fn add_comment(&self, issue: &str, parent: Option<&str>, body: &str) -> String {
        let mut workspace = self.inner.workspace.lock();
        let (id, ada) = (workspace.new_id(), workspace.ada.clone());
        workspace.add_comment(&id, issue, parent, &ada, body);
        id
    }

    /// The comments on an issue that reply to another one, by id, in the order in which they came.
    pub fn replies_on(&self, issue: &str) -> Vec<String> {
        let workspace = self.inner.workspace.lock();
        let Some(Link::Many(all)) = workspace.all[issue].get("comments").map(link) else {
            return Vec::new();
        };
        let replies = |id: &String| {
            let comment = workspace.all.get(id);
            comment.is_some_and(|comment| target(comment, "parent").is_some())
        };
        all.into_iter().filter(replies).collect()
    }

    /// Somebody archives an issue.
    pub fn archive(&self, issue: &str) {
        let mut workspace = self.inner.workspace.lock();
        let issue = workspace.all.get_mut(issue).expect("the issue");
        issue.insert("archivedAt".into(), "2026-11-29T11:00:00.000Z".into());
    }

    /// A thing with this id as it is stored, with names in place of what it leads to.
    pub fn thing(&self, id: &str) -> Option<Value> {
        let workspace = self.inner.workspace.lock();
        workspace.all.get(id).map(|entity| flat(&workspace, entity))
    }

    /// What there is of a type, oldest first: `Issue`, `Comment`, `AgentActivity`, `AgentSession`.
    pub fn things(&self, kind: &str) -> Vec<Value> {
        let workspace = self.inner.workspace.lock();
        let all = workspace.all.values().filter(|entity| is(entity, kind));
        let mut all: Vec<_> = all.map(|entity| flat(&workspace, entity)).collect();
        all.sort_by(|one, other| one["createdAt"].as_str().cmp(&other["createdAt"].as_str()));
        all
    }

    /// Whoever is asked for consent says no.
    pub fn deny_consent(&self) {
        self.inner.authority.lock().denies = true;
    }

    /// Only these scopes are granted from here on.
    pub fn grant_only(&self, scopes: &[&str]) {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned());
        self.inner.authority.lock().granted = Some(scopes.collect());
    }

    /// Consent is a person's, whatever was asked for.
    pub fn ignore_actor(&self) {
        *self.inner.ignores_actor.lock() = true;
    }

    /// A day passes: tokens have to be renewed.
    pub fn expire_tokens(&self) {
        self.inner.authority.lock().expire();
    }

    /// Half an hour passes: refresh tokens that were used are worth nothing.
    pub fn end_grace(&self) {
        self.inner.authority.lock().end_grace();
    }

    /// The organization takes the app away.
    pub fn uninstall(&self) -> Signed {
        self.inner.authority.lock().forget();
        self.sign(
            json!({ "type": "OAuthApp", "action": "revoked", "oauthClientId": self.application() }),
        )
    }

    /// The tokens that are good, refresh tokens included.
    pub fn tokens(&self) -> Vec<String> {
        self.inner.authority.lock().tokens()
    }

    /// Ada mentions the agent in a comment: an agent session begins. Gives its id and the webhook.
    pub fn mention(&self, issue: &str, words: &str) -> (String, Signed) {
        let comment = self.add_comment(issue, None, words);
        let session = {
            let mut workspace = self.inner.workspace.lock();
            workspace.add_session(issue, Some(&comment), &self.inner.web)
        };
        let context = format!(
            "<issue>{}</issue>\n<comment>{words}</comment>",
            self.title(issue)
        );
        let body = json!({
            "type": "AgentSessionEvent", "action": "created", "promptContext": context,
            "agentSession": self.session(&session), "appUserId": self.app_user(),
            "oauthClientId": self.application()
        });
        (session, self.sign(body))
    }

    /// Ada writes into an agent session.
    pub fn prompt(&self, session: &str, words: &str) -> Signed {
        self.prompted(session, words, None)
    }

    /// Ada wants the agent to stop.
    pub fn stop(&self, session: &str) -> Signed {
        self.prompted(session, "Stop", Some("stop"))
    }

    fn prompted(&self, session: &str, words: &str, signal: Option<&str>) -> Signed {
        let told = self.session(session);
        let root = told["commentId"]
            .as_str()
            .expect("a session in a thread")
            .to_owned();
        let issue = told["issueId"]
            .as_str()
            .expect("a session of an issue")
            .to_owned();
        let comment = self.add_comment(&issue, Some(&root), words);
        let activity = self.inner.workspace.lock().new_id();
        let ada = self.person("ada@acme.example");
        self.sign(json!({
            "type": "AgentSessionEvent", "action": "prompted", "agentSession": told,
            "agentActivity": {
                "id": activity, "agentSessionId": session, "sourceCommentId": comment, "signal": signal,
                "content": { "type": "prompt", "body": words }, "userId": ada,
                "user": { "id": ada, "name": "Ada", "email": "ada@acme.example" }
            },
            "appUserId": self.app_user(), "oauthClientId": self.application()
        }))
    }

    /// Signs a body, with what Linear puts into every one, as of now.
    pub fn sign(&self, body: Value) -> Signed {
        self.sign_at(body, Timestamp::now())
    }

    /// The same as of another moment.
    pub fn sign_at(&self, mut body: Value, now: Timestamp) -> Signed {
        body["organizationId"] = self.organization().into();
        body["createdAt"] = now.to_string().into();
        body["webhookId"] = "0a0a0a0a-0000-4000-8000-000000000000".into();
        body["webhookTimestamp"] = now.as_millisecond().into();
        let bytes = body.to_string().into_bytes();
        let delivery = self.inner.workspace.lock().new_id();
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Signed {
            headers: vec![
                header("content-type", "application/json; charset=utf-8"),
                header("linear-signature", &sign(Self::WEBHOOK_SECRET, &bytes)),
                header("linear-event", body["type"].as_str().unwrap_or_default()),
                header("linear-delivery", &delivery),
                header("linear-timestamp", &now.as_millisecond().to_string()),
            ],
            body: bytes,
        }
    }

    /// Sends a webhook. Gives the status of the answer.
    pub async fn deliver(&self, url: &str, signed: &Signed) -> std::io::Result<u16> {
        let url = Url::parse(url).map_err(std::io::Error::other)?;
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or(80);
        let mut request = format!(
            "POST {} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\ncontent-length: {}\r\n",
            url.path(),
            signed.body.len()
        );
        for (name, value) in &signed.headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        request.push_str("\r\n");
        let mut socket = TcpStream::connect((host, port)).await?;
        socket.write_all(request.as_bytes()).await?;
        socket.write_all(&signed.body).await?;
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer);
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        status.ok_or_else(|| std::io::Error::other("no answer"))
    }

    fn application(&self) -> String {
        self.inner.workspace.lock().application.clone()
    }

    fn title(&self, issue: &str) -> String {
        text(&self.inner.workspace.lock().all[issue], "title").to_owned()
    }

    /// An agent session as webhooks tell of it.
    fn session(&self, id: &str) -> Value {
        let workspace = self.inner.workspace.lock();
        let session = &workspace.all[id];
        let follow = |field: &str| match session.get(field).map(link) {
            Some(Link::One(id)) => workspace.all.get(&id),
            _ => None,
        };
        let issue = follow("issue").expect("an issue");
        let Some(Link::One(team)) = issue.get("team").map(link) else {
            panic!("an issue has a team");
        };
        let comment = follow("comment");
        json!({
            "id": id, "appUserId": workspace.app_user, "organizationId": workspace.organization,
            "status": session["status"], "issueId": issue["id"],
            "issue": {
                "id": issue["id"], "identifier": issue["identifier"], "title": issue["title"],
                "description": issue["description"], "url": issue["url"], "teamId": team,
                "team": { "id": team, "key": workspace.all[&team]["key"], "name": workspace.all[&team]["name"] }
            },
            "commentId": comment.map(|comment| comment["id"].clone()),
            "comment": comment.map(|comment| json!({ "id": comment["id"], "body": comment["body"] })),
            "creatorId": workspace.ada,
            "creator": { "id": workspace.ada, "name": "Ada", "email": "ada@acme.example" }
        })
    }
}

fn team(workspace: &Workspace, key: &str) -> String {
    let found = workspace.find("Team", |team| text(team, "key") == key);
    found.expect("a team with this key")
}

/// What a thing leads to, by name, title, or id.
fn flat(workspace: &Workspace, entity: &Entity) -> Value {
    let name = |id: &String| {
        let other = workspace.all.get(id);
        let named = ["identifier", "key", "name"]
            .into_iter()
            .find_map(|field| other?.get(field).cloned());
        named.unwrap_or_else(|| id.as_str().into())
    };
    let fields = entity.iter().map(|(field, value)| {
        let value = match link(value) {
            Link::One(id) => name(&id),
            Link::Many(ids) => ids.iter().map(name).collect(),
            Link::Value => value.clone(),
        };
        (field.clone(), value)
    });
    Value::Object(fields.collect())
}

use serde_json::{Value, json};

use super::entity::{Entities, Entity, append, is, many, one, text};

/// What one organization has. Ids are UUIDs.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) all: Entities,
    made: u32,
    /// A clock of its own: each thing is a second younger than the one before.
    pub(super) organization: String,
    pub(super) application: String,
    pub(super) app_user: String,
    pub(super) ada: String,
}

impl Workspace {
    /// Acme: the teams ENG and OPS, Ada and Bob, three statuses a team, and some labels.
    pub(super) fn acme(web: &str) -> Self {
        let mut workspace = Self::default();
        workspace.organization =
            workspace.add("Organization", json!({ "name": "Acme", "urlKey": "acme" }));
        workspace.application = workspace.add("Application", json!({ "name": "Keyway" }));
        let address = format!("{}@oauthapp.linear.app", workspace.application);
        workspace.app_user = workspace.user("Keyway", &address, web, true);
        workspace.ada = workspace.user("Ada", "ada@acme.example", web, false);
        workspace.user("Bob", "bob@acme.example", web, false);
        for (key, name) in [("ENG", "Engineering"), ("OPS", "Operations")] {
            let team = workspace.add(
                "Team",
                json!({ "key": key, "name": name, "issues": many::<&str>([]) }),
            );
            for (status, kind) in [
                ("Todo", "unstarted"),
                ("In Progress", "started"),
                ("Done", "completed"),
            ] {
                workspace.add(
                    "WorkflowState",
                    json!({ "name": status, "type": kind, "team": one(&team) }),
                );
            }
            workspace.add(
                "IssueLabel",
                json!({ "name": format!("{key} only"), "team": one(&team) }),
            );
        }
        for label in ["bug", "agent"] {
            workspace.add("IssueLabel", json!({ "name": label, "team": null }));
        }
        workspace
    }

    fn user(&mut self, name: &str, email: &str, web: &str, app: bool) -> String {
        let handle = name.to_lowercase();
        let url = format!("{web}/acme/profiles/{handle}");
        let user = json!({
            "name": name, "displayName": handle, "email": email, "url": url, "app": app,
            "active": true, "guest": false
        });
        self.add("User", user)
    }

    /// Adds a thing with an id of its own.
    pub(super) fn add(&mut self, kind: &str, fields: Value) -> String {
        let id = self.new_id();
        self.add_as(&id, kind, fields);
        id
    }

    /// Adds a thing with this id.
    #[expect(clippy::needless_pass_by_value, reason = "it goes into what is kept")]
    pub(super) fn add_as(&mut self, id: &str, kind: &str, fields: Value) {
        let at = self.moment();
        let mut entity = Entity::new();
        for (name, value) in [
            ("__typename", kind.into()),
            ("id", id.into()),
            ("createdAt", at.clone().into()),
            ("updatedAt", at.into()),
            ("archivedAt", Value::Null),
        ] {
            entity.insert(name.to_owned(), value);
        }
        entity.extend(fields.as_object().cloned().unwrap_or_default());
        self.all.insert(id.to_owned(), entity);
    }

    /// Adds an issue to a team.
    pub(super) fn add_issue(
        &mut self,
        id: &str,
        team: &str,
        creator: &str,
        web: &str,
        fields: Entity,
    ) {
        let key = text(&self.all[team], "key").to_owned();
        let in_team = |issue: &&Entity| is(issue, "Issue") && issue["team"] == one(team);
        let number = self.all.values().filter(in_team).count() + 1;
        let state = self.find("WorkflowState", |state| {
            state["team"] == one(team) && text(state, "type") == "unstarted"
        });
        let identifier = format!("{key}-{number}");
        let issue = json!({
            "identifier": identifier, "number": number, "description": null, "priority": 0,
            "priorityLabel": "No priority", "dueDate": null, "trashed": null, "title": "",
            "url": format!("{web}/acme/issue/{identifier}"), "team": one(team),
            "state": one(&state.expect("a status")), "labels": many::<&str>([]),
            "comments": many::<&str>([]), "assignee": null, "delegate": null,
            "creator": one(creator), "project": null, "parent": null
        });
        self.add_as(id, "Issue", issue);
        let issue = self.all.get_mut(id).expect("the issue");
        issue.extend(fields);
    }

    /// Adds a comment to an issue.
    pub(super) fn add_comment(
        &mut self,
        id: &str,
        issue: &str,
        parent: Option<&str>,
        user: &str,
        body: &str,
    ) {
        let url = format!("{}#comment-{:.8}", text(&self.all[issue], "url"), id);
        let comment = json!({
            "body": body, "url": url, "issue": one(issue), "user": one(user),
            "parent": parent.map(one)
        });
        self.add_as(id, "Comment", comment);
        append(self.all.get_mut(issue).expect("the issue"), "comments", id);
    }

    /// Begins an agent session in a thread.
    pub(super) fn add_session(&mut self, issue: &str, comment: Option<&str>, web: &str) -> String {
        let session = json!({
            "status": "pending", "issue": one(issue), "comment": comment.map(one),
            "appUser": one(&self.app_user), "activities": many::<&str>([]), "creator": one(&self.ada),
            "externalUrls": []
        });
        let id = self.add("AgentSession", session);
        let url = format!("{web}/acme/agents/{id}");
        self.all
            .get_mut(&id)
            .expect("it")
            .insert("url".into(), url.into());
        id
    }

    /// The id of the first of a kind that is like this.
    pub(super) fn find(&self, kind: &str, like: impl Fn(&Entity) -> bool) -> Option<String> {
        let found = self.all.iter().find(|(_, one)| is(one, kind) && like(one));
        found.map(|(id, _)| id.clone())
    }

    /// The issue of an id or an identifier.
    pub(super) fn issue(&self, name: &str) -> Option<String> {
        if self.all.get(name).is_some_and(|one| is(one, "Issue")) {
            return Some(name.to_owned());
        }
        self.find("Issue", |issue| {
            text(issue, "id") == name || text(issue, "identifier") == name
        })
    }

    pub(super) fn new_id(&mut self) -> String {
        self.made += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.made)
    }

    pub(super) fn moment(&self) -> String {
        let minutes = self.made % 3600;
        format!("2026-11-29T10:{:02}:{:02}.000Z", minutes / 60, minutes % 60)
    }
}

use keyway_core::json::{self, Bounds};
use keyway_core::provider::{Workspace, sign};
use serde_json::Value;

/// The body of a webhook: an event, and what is around it
/// (<https://docs.slack.dev/apis/events-api>).
#[derive(Debug)]
pub(super) struct Body<'a> {
    value: &'a Value,
    workspace: &'a Workspace,
}

/// Reads JSON within bounds.
pub(super) fn read(body: &[u8]) -> Option<Value> {
    json::check(body, Bounds::default()).ok()?;
    serde_json::from_slice(body).ok()
}

/// A text in an object.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// The key of a body of which nothing is known but its bytes.
pub(super) fn of_bytes(body: &[u8]) -> String {
    format!("sha256:{}", sign::digest(body))
}

impl<'a> Body<'a> {
    /// A body that came for a workspace.
    pub(super) fn new(value: &'a Value, workspace: &'a Workspace) -> Self {
        Self { value, workspace }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        text(self.value, name)
    }

    pub(super) fn event(&self) -> &'a Value {
        self.value.get("event").unwrap_or(&Value::Null)
    }

    pub(super) fn workspace(&self) -> &'a Workspace {
        self.workspace
    }

    /// The event's id: each event of an app has one, and keeps it when it is sent again.
    pub(super) fn event_key(&self) -> Option<String> {
        let id = self.get("event_id")?;
        let good = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        good.then(|| format!("event:{id}"))
    }

    /// Whether it is for the workspace. One that is shared by two arrives in the name of the one the app
    /// is installed in, which is then said apart.
    pub(super) fn is_for_workspace(&self) -> bool {
        let id = self.workspace.id.as_str();
        if id.starts_with('E') {
            return self.organization() == Some(id);
        }
        let team = self.get("context_team_id").or_else(|| self.get("team_id"));
        team == Some(id)
    }

    /// The organization of workspaces that the workspace is part of.
    fn organization(&self) -> Option<&'a str> {
        let context = self.get("context_enterprise_id");
        context.or_else(|| self.get("enterprise_id"))
    }

    /// Whether somebody of this team belongs here.
    pub(super) fn is_home(&self, team: &str) -> bool {
        let whole = self.workspace.id.starts_with('E');
        let own = [Some(self.workspace.id.as_str()), self.organization()];
        own.contains(&Some(team)) || (whole && self.get("team_id") == Some(team))
    }

    /// Whether people of another organization are where it happened.
    pub(super) fn is_shared(&self) -> bool {
        self.value.get("is_ext_shared_channel") == Some(&Value::Bool(true))
    }
}

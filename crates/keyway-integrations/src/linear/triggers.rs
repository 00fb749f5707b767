use keyway_core::provider::Workspace;

use super::heard::Heard;
use super::settings::{Kind, Settings, Triggers};

/// Whether an event may wake the agent; else the rule that it does not meet.
pub(super) fn judge(
    heard: &Heard,
    triggers: &Triggers,
    settings: &Settings,
    workspace: &Workspace,
) -> Result<(), &'static str> {
    is_by_another(heard, workspace)?;
    if !triggers.wants(heard.kind) {
        return Err("kind_not_wanted");
    }
    // An app with agent sessions is told of a mention and of a delegation twice. The session is the one
    // to take: it has to be answered within 10 s, and its answers belong into it.
    let has_sessions = settings.client_id.is_some() && triggers.wants(Kind::Session);
    if heard.twin_of_session && has_sessions {
        return Err("told_by_session");
    }
    is_permitted(heard, triggers)
}

/// Whether somebody may stop the agent: whoever may wake it.
pub(super) fn judge_stop(
    heard: &Heard,
    triggers: &Triggers,
    workspace: &Workspace,
) -> Result<(), &'static str> {
    is_by_another(heard, workspace)?;
    is_permitted(heard, triggers)
}

fn is_by_another(heard: &Heard, workspace: &Workspace) -> Result<(), &'static str> {
    match (&heard.person.id, &workspace.bot_id) {
        (Some(person), Some(bot)) if person == bot => Err("own_event"),
        _ => Ok(()),
    }
}

/// Linear sends events of its organization alone, and names its members by an id of a user; somebody
/// elsewhere, a bot of an integration and an automation have none.
fn is_permitted(heard: &Heard, triggers: &Triggers) -> Result<(), &'static str> {
    match &triggers.people {
        Some(people) if !heard.person.is_among(people) => return Err("person_not_listed"),
        None if heard.person.id.is_none() => return Err("no_member"),
        None if heard.person.is_app() => return Err("another_app"),
        _ => {}
    }
    let issue = &heard.issue;
    if triggers.has_team(issue.team.as_deref(), issue.team_key.as_deref()) {
        Ok(())
    } else {
        Err("other_team")
    }
}

/// What a rule says.
pub(super) fn explain(rule: &str) -> &'static str {
    match rule {
        "session_created" => "somebody mentioned the agent or delegated an issue to it",
        "session_prompted" => "somebody wrote to the agent in its session",
        "stop_signal" => "somebody asked the agent to stop",
        "assigned" => "an issue was assigned to the agent",
        "mentioned" => "the agent was mentioned",
        "commented" => "somebody commented on an issue that the agent follows",
        "label_added" => "an issue got one of the labels in `triggers.labels`",
        "app_revoked" => "the organization took the app away; install it again to go on",
        "settings_unreadable" => "the publication's settings cannot be read; change them",
        "body_not_json" => "the body is no JSON with a `type`, or too deep or large for it",
        "not_installed" => "the app is not installed in an organization yet; finish the install",
        "other_workspace" => {
            "it is of another organization, app or app user than the installed one"
        }
        "other_app" => "it is about an app, and this installation uses a personal key",
        "own_event" => "the agent did it itself",
        "kind_not_wanted" => "`triggers.events` does not list this kind of event",
        "told_by_session" => {
            "Linear tells of this as an agent session as well, and that one counts; leave `session` out \
             of `triggers.events` where the app does not get agent session events"
        }
        "person_not_listed" => "who caused it is not in `triggers.people`",
        "no_member" => {
            "no member of the organization caused it: an automation, an integration, or somebody elsewhere"
        }
        "another_app" => "another app caused it; list its user in `triggers.people` to hear it",
        "other_team" => "its team is not in `triggers.teams`",
        "comment_changed" => "a comment was edited or removed, which wakes nobody",
        "edited" => "an issue was edited, and got no label",
        "label_not_listed" => "the issue got no label of `triggers.labels`",
        "not_on_an_issue" => "the comment is not on an issue",
        "no_message" => "it has no words",
        "unreadable" => "it lacks what Linear documents for its type",
        "no_such_event" => "no event of this type wakes the agent",
        _ => "this version does not know the rule",
    }
}

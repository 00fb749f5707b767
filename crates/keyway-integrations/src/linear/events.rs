//! What each webhook of Linear tells, and what tells it from others.
//!
//! **Keys.** `webhookId` names the configuration that sent it and `Linear-Delivery` is not signed: neither
//! tells events apart. One comment of a person comes in up to three ways: as a prompt or a new agent
//! session, as a notification of the app's user, and as `Comment` `create`. All have the comment's id, so
//! the key is `comment:<id>` whichever comes first. Without a comment it is the id of what is new: the
//! activity, the session, the notification. An agent session that was begun by a mention in a reply names
//! only the root of its thread (`previousComments` are there then), which is another comment, so its key is
//! the session; what else Linear says of that mention is held back by `told_by_session` (see `triggers`).

use keyway_core::provider::Workspace;
use serde_json::Value;

use super::heard::{Heard, Issue, Person, id, text};
use super::parse::Told;
use super::settings::{Kind, Triggers};

/// Reads a body whose organization is the installed one.
pub(super) fn read(body: &Value, workspace: &Workspace, triggers: &Triggers) -> Told {
    let said = |pointer| text(body, pointer).unwrap_or_default();
    let told = match (said("/type"), said("/action")) {
        ("OAuthApp", "revoked") => return Told::Revoked,
        ("AgentSessionEvent", "created") => created(body).map(Told::Event),
        ("AgentSessionEvent", "prompted") => prompted(body),
        ("AppUserNotification", _) => notified(body).map(Told::Event),
        ("Comment", "create") => commented(body, workspace).map(Told::Event),
        ("Issue", "create" | "update") => labeled(body, triggers).map(Told::Event),
        ("Comment", "update" | "remove") => Err("comment_changed"),
        _ => Err("no_such_event"),
    };
    told.unwrap_or_else(Told::Nothing)
}

fn created(body: &Value) -> Result<Heard, &'static str> {
    let session = body.pointer("/agentSession").ok_or("unreadable")?;
    let session_id = id(session, "/id").ok_or("unreadable")?;
    let root = id(session, "/commentId").or_else(|| id(session, "/comment/id"));
    let replies = body.pointer("/previousComments").and_then(Value::as_array);
    let in_reply = replies.is_some_and(|before| !before.is_empty());
    let said_in = match id(session, "/sourceCommentId") {
        Some(source) => Some(source),
        None if in_reply => None,
        None => root.clone(),
    };
    let issue = Issue::read(session.pointer("/issue"));
    let words = match text(body, "/promptContext") {
        Some(context) => context.to_owned(),
        None => match text(session, "/comment/body") {
            Some(comment) => format!("{}\n\nComment:\n{comment}", issue.words()),
            None => issue.words(),
        },
    };
    Ok(Heard {
        key: match said_in {
            Some(comment) => of_comment(&comment),
            None => format!("session:{session_id}"),
        },
        kind: Kind::Session,
        rule: "session_created",
        twin_of_session: false,
        person: Person::read(session.pointer("/creator"), id(session, "/creatorId")),
        issue,
        root,
        session: Some(session_id),
        text: words,
    })
}

fn prompted(body: &Value) -> Result<Told, &'static str> {
    let session = body.pointer("/agentSession").ok_or("unreadable")?;
    let activity = body.pointer("/agentActivity").ok_or("unreadable")?;
    let session_id = id(session, "/id").ok_or("unreadable")?;
    let activity_id = id(activity, "/id").ok_or("unreadable")?;
    let stops = text(activity, "/signal").is_some_and(|signal| signal == "stop");
    // The webhook schema has the words in the content; earlier payloads beside it.
    let words = text(activity, "/content/body").or_else(|| text(activity, "/body"));
    let heard = Heard {
        key: match id(activity, "/sourceCommentId") {
            _ if stops => format!("stop:{activity_id}"),
            Some(comment) => of_comment(&comment),
            None => format!("activity:{activity_id}"),
        },
        kind: Kind::Session,
        rule: if stops {
            "stop_signal"
        } else {
            "session_prompted"
        },
        twin_of_session: false,
        issue: Issue::read(session.pointer("/issue")),
        person: Person::read(activity.pointer("/user"), id(activity, "/userId")),
        root: id(session, "/commentId").or_else(|| id(session, "/comment/id")),
        session: Some(session_id),
        text: words.unwrap_or_default().to_owned(),
    };
    Ok(if stops {
        Told::Stop(heard)
    } else {
        Told::Event(heard)
    })
}

fn notified(body: &Value) -> Result<Heard, &'static str> {
    let told = body.pointer("/notification").ok_or("unreadable")?;
    let kind = text(told, "/type").or_else(|| text(body, "/action"));
    let (kind, rule, twin) = match kind.unwrap_or_default() {
        "issueAssignedToYou" => (Kind::Assigned, "assigned", true),
        "issueMention" | "issueCommentMention" => (Kind::Mentioned, "mentioned", true),
        "issueNewComment" => (Kind::Subscribed, "commented", false),
        _ => return Err("no_such_event"),
    };
    let issue = Issue::read(told.pointer("/issue"));
    let comment = id(told, "/commentId").or_else(|| id(told, "/comment/id"));
    let parent = id(told, "/parentCommentId").or_else(|| id(told, "/parentComment/id"));
    let words = match text(told, "/comment/body") {
        Some(words) => in_reply_to(words, text(told, "/parentComment/body")),
        None => issue.words(),
    };
    Ok(Heard {
        key: match &comment {
            Some(comment) => of_comment(comment),
            None => format!("notification:{}", id(told, "/id").ok_or("unreadable")?),
        },
        kind,
        rule,
        twin_of_session: twin,
        issue,
        person: Person::read(told.pointer("/actor"), id(told, "/actorId")),
        root: parent.or(comment),
        session: None,
        text: words,
    })
}

fn commented(body: &Value, workspace: &Workspace) -> Result<Heard, &'static str> {
    let data = body.pointer("/data").ok_or("unreadable")?;
    let comment = id(data, "/id").ok_or("unreadable")?;
    let mut issue = Issue::read(data.pointer("/issue"));
    issue.id = issue.id.or_else(|| id(data, "/issueId"));
    if issue.id.is_none() {
        return Err("not_on_an_issue");
    }
    let words = text(data, "/body").unwrap_or_default();
    let mentioned = mentions(words, workspace.bot_name.as_deref());
    Ok(Heard {
        key: of_comment(&comment),
        kind: if mentioned {
            Kind::Mentioned
        } else {
            Kind::Comment
        },
        rule: if mentioned { "mentioned" } else { "commented" },
        twin_of_session: mentioned,
        issue,
        person: Person::read(data.pointer("/user"), id(data, "/userId")),
        root: id(data, "/parentId")
            .or_else(|| id(data, "/parent/id"))
            .or(Some(comment)),
        session: None,
        text: in_reply_to(words, text(data, "/parent/body")),
    })
}

/// An issue that gets a label. An edit that gives it none is no event.
fn labeled(body: &Value, triggers: &Triggers) -> Result<Heard, &'static str> {
    let data = body.pointer("/data").ok_or("unreadable")?;
    let wanted = triggers.labels.as_deref().unwrap_or_default();
    let before: Vec<&str> = match (text(body, "/action"), body.pointer("/updatedFrom/labelIds")) {
        (Some("create"), _) => Vec::new(),
        (_, Some(Value::Array(before))) => before.iter().filter_map(Value::as_str).collect(),
        _ => return Err("edited"),
    };
    let labels = data.pointer("/labels").and_then(Value::as_array);
    let labels = labels.map(Vec::as_slice).unwrap_or_default();
    let got = labels.iter().any(|label| {
        let new = text(label, "/id").is_some_and(|id| !before.contains(&id));
        let name = text(label, "/name").unwrap_or_default();
        new && wanted.iter().any(|one| one.eq_ignore_ascii_case(name))
    });
    if !got {
        return Err("label_not_listed");
    }
    let issue = Issue::read(Some(data));
    let names: Vec<_> = labels
        .iter()
        .filter_map(|label| text(label, "/name"))
        .collect();
    let actor = body.pointer("/actor");
    let actor = actor.filter(|actor| text(actor, "/type").is_none_or(|kind| kind == "user"));
    let at = text(data, "/updatedAt").ok_or("unreadable")?;
    Ok(Heard {
        key: format!(
            "labeled:{}:{at:.64}",
            issue.id.as_deref().ok_or("unreadable")?
        ),
        kind: Kind::Labeled,
        rule: "label_added",
        twin_of_session: false,
        text: format!("{}\n\nLabels: {}", issue.words(), names.join(", ")),
        issue,
        person: Person::read(actor, None),
        root: None,
        session: None,
    })
}

fn of_comment(id: &str) -> String {
    format!("comment:{id}")
}

fn in_reply_to(words: &str, parent: Option<&str>) -> String {
    match parent {
        Some(parent) => format!("{words}\n\nIn reply to:\n{parent}"),
        None => words.to_owned(),
    }
}

/// Whether somebody is mentioned: by `@name`, or by the link to a profile that Linear makes of it.
pub(super) fn mentions(words: &str, name: Option<&str>) -> bool {
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return false;
    };
    let (words, name) = (words.to_lowercase(), name.to_lowercase());
    let continues = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    ["@", "/profiles/"].iter().any(|before| {
        let sought = format!("{before}{name}");
        words.match_indices(&sought).any(|(at, found)| {
            let (left, right) = words.split_at(at);
            let right = right.strip_prefix(found).unwrap_or_default();
            // An email address has its `@` behind a letter.
            let apart = *before != "@" || !left.ends_with(continues);
            // `keyway.` ends a sentence, `keyway.dev` is another name.
            let mut rest = right.chars();
            let whole = match rest.next() {
                Some('.') => !rest.next().is_some_and(continues),
                Some(next) => !continues(next),
                None => true,
            };
            apart && whole
        })
    })
}

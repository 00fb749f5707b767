//! Buttons below messages: what is shown where somebody has to agree, and what they pressed.
//!
//! A press arrives at the publication's address with `/interactive` behind it. It is signed as events are,
//! so [`verify_webhook`](keyway_core::provider::IntegrationProvider::verify_webhook) comes first.

use keyway_core::provider::Workspace;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::body::{read as read_json, text};
use super::mrkdwn::{Broadcasts, message};
use super::settings::{is_id, is_person, is_ts};

/// What the button that agrees is called.
pub const APPROVE: &str = "keyway_approve";
/// What the button that refuses is called.
pub const DENY: &str = "keyway_deny";
/// The most characters of a section's text (<https://docs.slack.dev/reference/block-kit/blocks/section-block>).
const SECTION: usize = 3_000;
/// The most bytes of what a button carries.
const VALUE: usize = 2_000;
/// The most characters of a name that is shown.
const NAME: usize = 80;

/// A button that somebody pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// The workspace it was pressed in.
    pub team: String,
    /// Who pressed it.
    pub user: String,
    /// What they call themselves.
    pub name: String,
    /// The channel of the message.
    pub channel: String,
    /// The message it is below.
    pub message_ts: String,
    /// The thread that the message is in.
    pub thread_ts: Option<String>,
    /// Which button: [`APPROVE`], [`DENY`], or another.
    pub action: String,
    /// What the button carries.
    pub value: String,
    /// What tells this press from others: the same one that comes again has the same key.
    pub dedupe_key: String,
}

/// Why a press counts for nothing. For the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words())]
pub enum NoPress {
    /// Not the form with JSON that Slack sends.
    Unreadable,
    /// Something else was done than a button pressed.
    NoButton,
    /// It is another app's, or came from another workspace than the one of the installation.
    Elsewhere,
    /// Who pressed it belongs to another organization.
    Stranger,
}

impl NoPress {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Unreadable => "the body is no payload of Slack",
            Self::NoButton => "it is no button",
            Self::Elsewhere => "it is another app's or another workspace's",
            Self::Stranger => "who pressed it is not of the workspace",
        }
    }
}

/// Reads the body of a request that was verified: form-encoded, with JSON in `payload`
/// (<https://docs.slack.dev/reference/interaction-payloads/block_actions-payload>).
///
/// # Errors
///
/// What it is, where it is no press of a button by somebody of the workspace.
///
/// ```
/// use keyway_core::provider::Workspace;
/// use keyway_integrations::slack::interactive::{APPROVE, NoPress, read};
///
/// let body = br#"payload={"type":"block_actions","api_app_id":"A0APP","team":{"id":"T0HOME"},"user":{"id":"U0ADA","team_id":"T0HOME"},"container":{"channel_id":"C0ONE","message_ts":"1.000001"},"actions":[{"action_id":"keyway_approve","value":"appr_1","action_ts":"2.000001"}]}"#;
/// let home = Workspace::new("T0HOME", "Home");
/// let press = read(body, "A0APP", &home).unwrap();
/// assert_eq!((press.action.as_str(), press.value.as_str()), (APPROVE, "appr_1"));
/// assert_eq!(read(body, "A0APP", &Workspace::new("T0AWAY", "Away")), Err(NoPress::Elsewhere));
/// ```
pub fn read(body: &[u8], app: &str, workspace: &Workspace) -> Result<Press, NoPress> {
    let mut fields = form_urlencoded::parse(body).filter(|(name, _)| name == "payload");
    let payload = fields.next().ok_or(NoPress::Unreadable)?.1;
    // What is there twice could be read in two ways.
    if fields.next().is_some() {
        return Err(NoPress::Unreadable);
    }
    let payload = read_json(payload.as_bytes()).ok_or(NoPress::Unreadable)?;
    if text(&payload, "type") != Some("block_actions") {
        return Err(NoPress::NoButton);
    }
    let at = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    let whole = workspace.id.starts_with('E');
    let place = if whole { "/enterprise/id" } else { "/team/id" };
    if at("/api_app_id") != Some(app) || at(place) != Some(&workspace.id) {
        return Err(NoPress::Elsewhere);
    }
    let team = at("/team/id").or_else(|| at("/enterprise/id"));
    let own = |one: &str| Some(one) == team || at("/enterprise/id") == Some(one);
    // Somebody of a channel that is shared is shown the buttons as well.
    if at("/user/team_id").is_none_or(|one| !own(one)) {
        return Err(NoPress::Stranger);
    }
    let buttons = payload.get("actions").and_then(Value::as_array);
    let [button] = buttons.map(Vec::as_slice).unwrap_or_default() else {
        return Err(NoPress::NoButton);
    };
    let user = at("/user/id").filter(|user| is_person(user));
    let channel = at("/container/channel_id").or_else(|| at("/channel/id"));
    let channel = channel.filter(|channel| is_id(channel, "CGD"));
    let message_ts = at("/container/message_ts").or_else(|| at("/message/ts"));
    let message_ts = message_ts.filter(|ts| is_ts(ts));
    let thread_ts = at("/container/thread_ts").or_else(|| at("/message/thread_ts"));
    let thread_ts = thread_ts.filter(|ts| is_ts(ts)).map(str::to_owned);
    let name = at("/user/name").or_else(|| at("/user/username"));
    let name = name.filter(|name| name.chars().count() <= NAME);
    let when = text(button, "action_ts").filter(|ts| is_ts(ts));
    let (user, channel) = user.zip(channel).ok_or(NoPress::Unreadable)?;
    let (message_ts, when) = message_ts.zip(when).ok_or(NoPress::Unreadable)?;
    let action = text(button, "action_id").zip(text(button, "value"));
    let (action, value) = action.ok_or(NoPress::NoButton)?;
    Ok(Press {
        team: team.unwrap_or_default().to_owned(),
        user: user.to_owned(),
        name: name.unwrap_or(user).to_owned(),
        channel: channel.to_owned(),
        message_ts: message_ts.to_owned(),
        thread_ts,
        action: action.to_owned(),
        value: value.to_owned(),
        dedupe_key: format!("press:{channel}:{message_ts}:{user}:{when}"),
    })
}

/// A message that asks somebody to agree: what it is about, as Markdown, and two buttons that carry the
/// approval's id. It mentions nobody, and what is too long for it is cut.
///
/// ```
/// use keyway_integrations::slack::interactive::{APPROVE, approval_blocks};
///
/// let blocks = approval_blocks("Merge **#7**?", "appr_1");
/// assert_eq!(blocks[0]["text"]["text"], "Merge *#7*?");
/// assert_eq!(blocks[1]["elements"][0]["action_id"], APPROVE);
/// assert_eq!(blocks[1]["elements"][0]["value"], "appr_1");
/// ```
pub fn approval_blocks(markdown: &str, approval: &str) -> Value {
    let value: String = approval.chars().take(VALUE / 4).collect();
    let button = |words: &str, style: &str, action: &str| {
        json!({
            "type": "button",
            "text": { "type": "plain_text", "text": words },
            "style": style,
            "action_id": action,
            "value": value,
        })
    };
    json!([
        section(markdown),
        {
            "type": "actions",
            "elements": [
                button("Approve", "primary", APPROVE),
                button("Deny", "danger", DENY),
            ],
        },
    ])
}

/// The same message when it is decided: the buttons are gone, and how it went is said, in words that are no
/// markup.
///
/// ```
/// use keyway_integrations::slack::interactive::decided_blocks;
///
/// let blocks = decided_blocks("Merge #7?", "Approved by Ada <ada>");
/// assert_eq!(blocks[1]["elements"][0]["text"], "Approved by Ada <ada>");
/// ```
pub fn decided_blocks(markdown: &str, outcome: &str) -> Value {
    let outcome = shortened(outcome);
    json!([
        section(markdown),
        { "type": "context", "elements": [{ "type": "plain_text", "text": outcome }] },
    ])
}

fn section(markdown: &str) -> Value {
    let text = message(&shortened(markdown), Broadcasts::Neutral, "");
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } })
}

/// A text that fits into a section however much of it has to be escaped: an `&` becomes five characters.
fn shortened(markdown: &str) -> String {
    let most = SECTION - 64;
    let mut length = 0;
    let mut characters = markdown.chars();
    let fits = |sign: &char| {
        length += match sign {
            '&' => 5,
            '<' | '>' => 4,
            '@' => 2,
            _ => 1,
        };
        length <= most
    };
    let mut text: String = characters.by_ref().take_while(fits).collect();
    if text.len() < markdown.len() {
        text.push_str(" …");
    }
    text
}

use std::fmt::Write as _;

use keyway_core::Error;
use keyway_core::provider::{
    NotPressed, Posted, Press, Pressed, ProviderContext, PublicationContext, Question,
    WebhookRequest, Whisper,
};
use serde_json::Value;

use super::acting::Acting;
use super::api::{Field, at};
use super::error::incomplete;
use super::interactive::{self, APPROVE, DENY, approval_blocks, decided_blocks};
use super::mrkdwn::{self, Broadcasts};
use super::place::Place;
use super::reply::{metadata, no_place, posted};
use super::settings::Settings;

/// Asks, in the thread of an event, whether a call may be made.
pub(super) async fn ask(
    context: &PublicationContext,
    place: &Value,
    question: &Question<'_>,
) -> Result<Posted, Error> {
    let acting = Acting::new(context)?;
    let place = Place::read(place).ok_or_else(no_place)?;
    let asked = words(question, &place);
    let mut fields = vec![
        ("channel", place.channel.clone()),
        ("text", plain(&asked)),
        (
            "blocks",
            approval_blocks(&asked, question.approval).to_string(),
        ),
        ("metadata", metadata(question.marker)),
        ("unfurl_links", "false".to_owned()),
        ("unfurl_media", "false".to_owned()),
    ];
    if let Some(thread) = &place.thread_ts {
        fields.push(("thread_ts", thread.clone()));
    }
    let answer = acting.call("chat.postMessage", &fields).await?;
    let ts = at(&answer, "/ts").ok_or_else(incomplete)?;
    Ok(posted(&acting, &place, ts))
}

/// Takes the buttons of a question away and says how it went.
pub(super) async fn settle(
    context: &PublicationContext,
    place: &Value,
    message: &str,
    question: &Question<'_>,
    outcome: &str,
) -> Result<(), Error> {
    let acting = Acting::new(context)?;
    let place = Place::read(place).ok_or_else(no_place)?;
    let asked = words(question, &place);
    let mut text = plain(&asked);
    text.push('\n');
    text.push_str(&mrkdwn::escaped(outcome));
    let fields: [Field<'_>; 4] = [
        ("channel", place.channel),
        ("ts", message.to_owned()),
        ("text", text),
        ("blocks", decided_blocks(&asked, outcome).to_string()),
    ];
    acting.call("chat.update", &fields).await.map(drop)
}

/// Who pressed what.
pub(super) fn pressed(
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Result<Press, NotPressed> {
    let settings = Settings::read(context.settings);
    let settings = settings.map_err(|_| NotPressed::Ignored("the settings cannot be read"))?;
    let known = context.workspace.zip(settings.app_id.as_deref());
    let (workspace, app) = known.ok_or(NotPressed::Ignored("the app is not installed yet"))?;
    let press = interactive::read(request.body, app, workspace);
    let press = press.map_err(|why| NotPressed::Ignored(why.words()))?;
    if workspace.bot_id.as_deref() == Some(&*press.user) {
        return Err(NotPressed::Ignored("the agent pressed it itself"));
    }
    let pressed = match press.action.as_str() {
        APPROVE => Pressed::Approve,
        DENY => Pressed::Deny,
        _ => return Err(NotPressed::Ignored("it is another button")),
    };
    let place = Place {
        direct: press.channel.starts_with('D'),
        channel: press.channel,
        ts: press.message_ts.clone(),
        thread_ts: press.thread_ts,
        user: press.user.clone(),
    };
    Ok(Press {
        dedupe_key: press.dedupe_key,
        approval: press.value,
        pressed,
        message: press.message_ts,
        user: press.user,
        name: press.name,
        place: place.to_value(),
    })
}

/// Says something that one person alone sees. It is sent to where the installation's Slack is: an address
/// that a request names is never followed.
pub(super) async fn whisper(
    context: &PublicationContext,
    place: &Value,
    whisper: &Whisper<'_>,
) -> Result<(), Error> {
    let acting = Acting::new(context)?;
    let place = Place::read(place).ok_or_else(no_place)?;
    let mut text = mrkdwn::escaped(whisper.text);
    if let Some((label, url)) = whisper.link {
        text.push('\n');
        text.push_str(&mrkdwn::link(url, label));
    }
    let mut fields = vec![
        ("channel", place.channel),
        ("user", place.user),
        ("text", text),
    ];
    if let Some(thread) = place.thread_ts {
        fields.push(("thread_ts", thread));
    }
    acting.call("chat.postEphemeral", &fields).await.map(drop)
}

/// What is asked, as Markdown: never with what the tool is called.
fn words(question: &Question<'_>, place: &Place) -> String {
    let mut words = format!(
        "**{}** wants to call `{}`, asked by <@{}>. It does so only once somebody who may has agreed.",
        question.agent, question.tool, place.user
    );
    if let Some(link) = question.link {
        let _ = write!(words, "\n[What exactly it wants]({link})");
    }
    words
}

/// The same for notifications.
fn plain(words: &str) -> String {
    mrkdwn::message(words, Broadcasts::Neutral, "")
}

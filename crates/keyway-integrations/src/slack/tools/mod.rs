//! What an agent may do in Slack: the table, and who runs each tool.

mod files;
mod input;
mod messages;
mod people;
mod reading;

use keyway_core::provider::{Effect, McpToolDescriptor, PublicationContext};
use keyway_core::{Error, Kind};
use serde_json::Value;

use super::acting::Acting;
use super::publication::{DM, POST};

/// Every tool, with the scope it needs. What it asks of Slack, and what it refuses, is said where it runs.
pub(super) const TOOLS: [McpToolDescriptor; 9] = [
    McpToolDescriptor {
        name: "post_message",
        title: "Post a message",
        description: "Post a message in a Slack channel. Takes Markdown. Answers in the thread you were asked in go with reply_in_thread, and your final answer is posted for you.",
        scope: POST,
        effect: Effect::Writes,
        idempotent: false,
        input_schema: messages::post_schema,
    },
    McpToolDescriptor {
        name: "reply_in_thread",
        title: "Reply in a thread",
        description: "Reply in a Slack thread: the one you were asked in, or the one of a message. Takes Markdown. Your final answer is posted for you; use this for what has to be said before.",
        scope: POST,
        effect: Effect::Writes,
        idempotent: false,
        input_schema: messages::reply_schema,
    },
    McpToolDescriptor {
        name: "update_message",
        title: "Change a message",
        description: "Replace the text of a Slack message that you posted yourself. Takes Markdown.",
        scope: "message.update",
        effect: Effect::Writes,
        idempotent: true,
        input_schema: messages::update_schema,
    },
    McpToolDescriptor {
        name: "add_reaction",
        title: "Add a reaction",
        description: "Put an emoji on a Slack message: the one you were asked with, or another one.",
        scope: "reaction.add",
        effect: Effect::Writes,
        idempotent: true,
        input_schema: messages::react_schema,
    },
    McpToolDescriptor {
        name: "read_thread",
        title: "Read a thread",
        description: "Read a Slack thread, oldest message first: the one you were asked in, or the one of a message.",
        scope: "thread.read",
        effect: Effect::Reads,
        idempotent: true,
        input_schema: reading::thread_schema,
    },
    McpToolDescriptor {
        name: "read_channel",
        title: "Read a channel",
        description: "Read what was said last in a Slack channel, newest message first, without the replies in threads.",
        scope: "channel.read",
        effect: Effect::Reads,
        idempotent: true,
        input_schema: reading::channel_schema,
    },
    McpToolDescriptor {
        name: "look_up_user",
        title: "Look up a person",
        description: "Look up a person in Slack by their id, like U012AB3CD: name, title, time zone, and whether it is a guest or an app.",
        scope: "user.read",
        effect: Effect::Reads,
        idempotent: true,
        input_schema: people::look_up_schema,
    },
    McpToolDescriptor {
        name: "upload_file",
        title: "Upload a file",
        description: "Upload a text file to Slack, into the thread you were asked in, or into another channel or thread.",
        scope: "file.upload",
        effect: Effect::Writes,
        idempotent: false,
        input_schema: files::upload_schema,
    },
    McpToolDescriptor {
        name: "open_dm",
        title: "Open a direct message",
        description: "Open the direct message with a person of the workspace. The channel it returns is where post_message then writes to them.",
        scope: DM,
        effect: Effect::Writes,
        idempotent: true,
        input_schema: people::open_schema,
    },
];

/// Runs a tool.
pub(super) async fn run(
    name: &str,
    input: &Value,
    context: &PublicationContext,
) -> Result<Value, Error> {
    let tool = TOOLS.iter().find(|tool| tool.name == name);
    let tool = tool.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            "tool_not_found",
            "the provider has no such tool",
        )
    })?;
    // Whoever calls has asked already; what acts asks once more.
    if !context.scopes.permits(tool.scope) {
        return Err(Error::new(
            Kind::Forbidden,
            "outside_publication",
            "the publication does not have the scope that the tool needs",
        )
        .with_detail("scope", tool.scope));
    }
    let acting = Acting::new(context)?;
    match name {
        "post_message" => messages::post(&acting, input::read(input)?).await,
        "reply_in_thread" => messages::reply(&acting, input::read(input)?).await,
        "update_message" => messages::update(&acting, input::read(input)?).await,
        "add_reaction" => messages::react(&acting, input::read(input)?).await,
        "read_thread" => reading::thread(&acting, input::read(input)?).await,
        "read_channel" => reading::channel(&acting, input::read(input)?).await,
        "look_up_user" => people::look_up(&acting, input::read(input)?).await,
        "upload_file" => files::upload(&acting, input::read(input)?).await,
        _ => people::open(&acting, input::read(input)?).await,
    }
}

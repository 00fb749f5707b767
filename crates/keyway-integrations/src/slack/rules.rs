//! Why an event wakes the agent, or does not.

pub(super) const MENTION: &str = "mention";
pub(super) const DIRECT_MESSAGE: &str = "direct_message";
/// A reply in a thread that the agent began.
pub(super) const REPLY_TO_AGENT: &str = "reply_to_agent";
/// A reply in a thread that somebody else began.
pub(super) const THREAD_REPLY: &str = "thread_reply";
pub(super) const LISTENED: &str = "listened";
pub(super) const REACTION: &str = "reaction";
pub(super) const EDITED: &str = "edited";

/// What a rule says.
pub(super) fn explain(rule: &str) -> &'static str {
    match rule {
        MENTION => "the agent was mentioned",
        DIRECT_MESSAGE => "somebody wrote to the agent directly",
        REPLY_TO_AGENT => "somebody replied in a thread that the agent began",
        THREAD_REPLY => "somebody replied in a thread; it counts where the agent takes part in it",
        LISTENED => {
            "the channel is in `triggers.listen`; what comes within `triggers.listenSeconds` is one turn"
        }
        REACTION => "an emoji of `triggers.reactions` was put on a message of the agent",
        EDITED => {
            "a message was changed, and `triggers.edits` is on; it counts where there is a conversation"
        }
        "tokens_revoked" => "Slack revoked the token: install it again",
        "app_uninstalled" => "the app was removed from the workspace: install it again",
        "body_not_json" => "the body is no JSON, or too deep or large for it",
        "no_challenge" => "Slack asked whether somebody is there, without the text to answer with",
        "no_event_id" => "the body does not say which event it is",
        "settings_unreadable" => "the publication's settings cannot be read; change them",
        "not_installed" => "the app is not installed yet, so no workspace is known",
        "other_workspace" => "it came from another workspace than the one it is installed in",
        "other_app" => "it came from another app than the one that is installed",
        "event_not_handled" => "events of this type wake nobody",
        "events_limited" => {
            "Slack sends fewer events for a while, because there are too many of them"
        }
        "other_tokens_revoked" => {
            "the tokens that were revoked are those of people, not the agent's"
        }
        "assistant_thread_started" => "an assistant thread was opened; its first message counts",
        "own_event" => "the agent did it itself",
        "bot_message" => "another app said it, not a person",
        "message_deleted" => "a message was deleted",
        "message_kind" => "it is a note of Slack's own, like somebody joined or a topic was set",
        "edit_without_change" => {
            "a message was touched without another text, as by a preview of a link"
        }
        "edit" => "a message was changed, and `triggers.edits` is off",
        "mention_twin" => "the same message arrives as a mention, and that one counts",
        "mentions_off" => "`triggers.mentions` is off",
        "direct_messages_off" => "`triggers.directMessages` is off",
        "threads_off" => "it is a reply without a mention, and `triggers.threads` is off",
        "not_addressed" => "it mentions nobody, and the channel is not in `triggers.listen`",
        "channel_not_listed" => "the channel is not in `triggers.channels`",
        "reaction_not_listed" => "the emoji is not in `triggers.reactions`",
        "reaction_elsewhere" => "the emoji was not put on a message of the agent",
        "person_not_listed" => "who said it is not in `triggers.people`",
        "guest" => "who said it is a guest of the workspace, and `triggers.guests` is off",
        "stranger" => {
            "who said it belongs to another organization; name them in `triggers.people` to let them"
        }
        "stranger_unknown" => {
            "the channel is shared with another organization, and Slack does not say to which who said it belongs; name them in `triggers.people` to let them"
        }
        "person_gone" => "who said it is deactivated in the workspace",
        "no_user" => "it does not say who did it",
        "no_place" => "it does not say in which channel, or which message",
        "no_text" => "there is no text in it",
        _ => "a rule of an earlier release",
    }
}

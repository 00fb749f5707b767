//! Tools that make the server tell that its lists changed.

use keyway_core::action::{Action, Announcement, Content};

use super::tool;

pub(super) fn actions() -> Vec<Action> {
    vec![
        tool(
            "test_trigger_tool_change",
            "Tells that the tools changed",
            |context, (): ()| async move {
                context.announce(Announcement::Tools);
                Ok(Content::text("The tools changed"))
            },
        ),
        tool(
            "test_trigger_prompt_change",
            "Tells that the prompts changed",
            |context, (): ()| async move {
                context.announce(Announcement::Prompts);
                Ok(Content::text("The prompts changed"))
            },
        ),
    ]
}

//! Tools that log, tell progress, or take their time.

use std::time::Duration;

use keyway_core::action::{Action, Content};
use keyway_core::ports::LogLevel;
use tokio::time::sleep;

use super::tool;

const PAUSE: Duration = Duration::from_millis(50);

pub(super) fn actions() -> Vec<Action> {
    vec![
        tool(
            "test_tool_with_logging",
            "Logs three times while it runs",
            |context, (): ()| async move {
                context.log(LogLevel::Info, None, "Tool execution started");
                sleep(PAUSE).await;
                context.log(LogLevel::Info, None, "Tool processing data");
                sleep(PAUSE).await;
                context.log(LogLevel::Info, None, "Tool execution completed");
                Ok(Content::text("Tool with logging executed successfully"))
            },
        ),
        tool(
            "test_logging_tool",
            "Logs once, for clients that want it",
            |context, (): ()| async move {
                context.log(LogLevel::Info, Some("conformance"), "one message");
                Ok(Content::text("Logged"))
            },
        ),
        tool(
            "test_tool_with_progress",
            "Tells its progress in three steps",
            |context, (): ()| async move {
                for (index, done) in [0.0, 50.0, 100.0].into_iter().enumerate() {
                    if index > 0 {
                        sleep(PAUSE).await;
                    }
                    let message = format!("Completed step {done} of 100");
                    context.progress(done, Some(100.0), Some(&message));
                }
                Ok(Content::text("Progress told"))
            },
        ),
        tool(
            "test_reconnection",
            "Takes long enough to reconnect to",
            |context, (): ()| async move {
                context.release_connection();
                sleep(2 * PAUSE).await;
                Ok(Content::text("Reconnection test completed"))
            },
        ),
    ]
}

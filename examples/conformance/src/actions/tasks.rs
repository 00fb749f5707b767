//! Tools that a client comes back for (the suites' scenarios about tasks), and one that is none.

use std::time::Duration;

use keyway_core::action::{Action, Content, Expose};
use keyway_core::ports::InputRequest;
use keyway_core::{Error, Kind};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;

use super::asking::{ask, ask_all, elicited, form};
use super::tool;

#[derive(Deserialize, JsonSchema)]
struct Greet {
    /// Whom to greet.
    name: String,
}

#[derive(Deserialize, JsonSchema)]
struct Compute {
    /// How long it takes.
    seconds: u64,
    /// What it is for.
    #[serde(default)]
    label: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
struct Delete {
    /// What is deleted.
    filename: String,
}

pub(super) fn actions() -> Vec<Action> {
    let mut actions = vec![tool("greet", "Greets", |_, input: Greet| async move {
        Ok(Content::text(format!("Hello, {}!", input.name)))
    })];
    let long = [
        tool(
            "slow_compute",
            "Takes its time",
            |_, input: Compute| async move {
                sleep(Duration::from_secs(input.seconds.min(600))).await;
                let label = input.label.unwrap_or_default();
                Ok(Content::text(format!("computed {label}")))
            },
        ),
        tool(
            "failing_job",
            "Fails after a while",
            |_, (): ()| async move {
                sleep(Duration::from_secs(1)).await;
                Err(Error::new(
                    Kind::Conflict,
                    "made_to_fail",
                    "it was made to fail",
                ))
            },
        ),
        tool(
            "protocol_error_job",
            "Needs a client that tells its roots",
            |context, (): ()| async move {
                ask(&context, "roots", InputRequest::roots()).await?;
                Ok(Content::text("Success"))
            },
        ),
        tool(
            "confirm_delete",
            "Asks before it deletes",
            |context, input: Delete| async move {
                let confirm = json!({ "confirm": { "type": "boolean" } });
                let request = form(
                    &format!("Delete {}?", input.filename),
                    &confirm,
                    &["confirm"],
                );
                let answer = ask(&context, "confirm", request).await?;
                Ok(Content::text(elicited(&answer)))
            },
        ),
        tool(
            "multi_input",
            "Asks two things at once",
            |context, (): ()| async move {
                let text = |name: &str| form(name, &json!({ name: { "type": "string" } }), &[name]);
                let requests = ["first", "second"].map(|name| (name.to_owned(), text(name)));
                let answers = ask_all(&context, requests.into()).await?;
                let told: Vec<_> = answers.iter().map(elicited).collect();
                Ok(Content::text(told.join("; ")))
            },
        ),
    ];
    actions.extend(long.map(|action| {
        action
            .timeout(Duration::ZERO)
            .expose(Expose::MCP | Expose::TASK)
    }));
    actions
}

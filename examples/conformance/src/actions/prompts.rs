//! Prompts: plain, with arguments, with content, and one that asks first.

use keyway_core::action::{Action, Block, PromptMessages, Role};
use keyway_core::{Context, Error};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::asking::{ask, filled, form};
use super::completion::starting_with;
use super::content::picture;
use super::slug;

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// First test argument
    arg1: String,
    /// Second test argument
    arg2: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Embedded {
    /// URI of the resource to embed
    resource_uri: String,
}

pub(super) fn actions() -> Vec<Action> {
    vec![
        prompt(
            "test_simple_prompt",
            "A prompt without arguments",
            |_, (): ()| async { Ok(PromptMessages::user("This is a simple prompt for testing.")) },
        ),
        prompt(
            "test_prompt_with_arguments",
            "A prompt with two arguments",
            |_, input: Arguments| async move {
                let Arguments { arg1, arg2 } = input;
                let text = format!("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'");
                Ok(PromptMessages::user(text))
            },
        )
        .complete("arg1", |_, typed| async move {
            Ok(starting_with(
                &["testValue1", "testValue2", "other"],
                &typed,
            ))
        }),
        prompt(
            "test_prompt_with_embedded_resource",
            "A prompt with a resource",
            |_, input: Embedded| async move {
                let resource = json!({
                    "uri": input.resource_uri,
                    "mimeType": "text/plain",
                    "text": "Embedded resource content for testing.",
                });
                Ok(messages(
                    Block::Resource { resource },
                    "Please process the embedded resource above.",
                ))
            },
        ),
        prompt(
            "test_prompt_with_image",
            "A prompt with a picture",
            |_, (): ()| async { Ok(messages(picture(), "Please analyze the image above.")) },
        ),
        prompt(
            "test_input_required_result_prompt",
            "A prompt that asks first",
            |context, (): ()| async move {
                let properties = json!({ "context": { "type": "string" } });
                let request = form(
                    "What context should the prompt use?",
                    &properties,
                    &["context"],
                );
                let answer = ask(&context, "user_context", request).await?;
                Ok(PromptMessages::user(format!(
                    "Use this context: {}",
                    filled(&answer, "context")
                )))
            },
        ),
    ]
}

fn prompt<I, F, R>(name: &str, description: &str, run: F) -> Action
where
    I: DeserializeOwned + JsonSchema + Send + 'static,
    F: Fn(Context, I) -> R + Send + Sync + 'static,
    R: Future<Output = Result<PromptMessages, Error>> + Send + 'static,
{
    Action::new(slug(name), run)
        .mcp_name(name)
        .description(description)
        .prompt(None)
}

fn messages(block: Block, text: &str) -> PromptMessages {
    PromptMessages {
        description: None,
        messages: Vec::new(),
    }
    .with(Role::User, block)
    .with(Role::User, Block::text(text))
}

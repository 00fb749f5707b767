use std::sync::Arc;

use keyway_core::action::{Block, Expose, Message, Origin, PromptMessages};
use keyway_core::rpc::RawJson;
use keyway_core::{Action, Context, Error};
use serde_json::{Map, Value, json};

use super::references;
use crate::fault::Spot;
use crate::manifest::Manifest;
use crate::read::Faults;
use crate::spec::{Named, PromptSpec};
use crate::template::{Place, Scope};

/// Every prompt, as an action that is reached as a prompt and nowhere else.
pub(super) fn all(
    manifest: &Manifest,
    origin: &impl Fn(&Spot) -> Origin,
    faults: &mut Faults,
) -> Vec<Action> {
    let mut all = Vec::new();
    for named in &manifest.prompts {
        let Some(spec) = &named.spec else { continue };
        references::prompt(spec, faults);
        all.push(make(named, spec).defined(origin(&named.at)));
    }
    all
}

fn make(named: &Named<PromptSpec>, spec: &Arc<PromptSpec>) -> Action {
    let run = {
        let spec = Arc::clone(spec);
        move |context: Context, input: RawJson| {
            let messages = messages(&spec, &context, &input);
            async move { messages }
        }
    };
    let mut action = Action::json(&named.name, schema(spec), None, run)
        .read_only()
        .expose(Expose::NONE)
        .prompt(spec.title.as_deref());
    if let Some(description) = &spec.description {
        action = action.description(description);
    }
    if spec.admin_only {
        action = action.admin_only();
    }
    let enumerated = spec.arguments.iter();
    for argument in enumerated.filter(|argument| !argument.values.is_empty()) {
        let values = argument.values.clone();
        action = action.complete(&argument.name, move |_, typed| {
            let fits = values.iter().filter(|value| value.starts_with(&typed));
            let fits = fits.cloned().collect();
            async move { Ok(fits) }
        });
    }
    action
}

/// JSON Schema of the arguments, all of which are texts (MCP, `GetPromptRequest`).
fn schema(spec: &PromptSpec) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for argument in &spec.arguments {
        let mut property = json!({ "type": "string" });
        let texts = [
            ("title", &argument.title),
            ("description", &argument.description),
        ];
        if let Some(property) = property.as_object_mut() {
            for (key, text) in texts {
                if let Some(text) = text {
                    property.insert(key.to_owned(), text.as_str().into());
                }
            }
            if !argument.values.is_empty() {
                property.insert("enum".to_owned(), argument.values.clone().into());
            }
        }
        properties.insert(argument.name.clone(), property);
        if argument.required {
            required.push(argument.name.as_str());
        }
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// The messages with their values. A value is text in the message it stands in, whatever it says; a
/// message of which nothing has a value is left out.
fn messages(spec: &PromptSpec, context: &Context, input: &RawJson) -> Result<RawJson, Error> {
    let input: Value = input.read().map_err(Error::internal)?;
    let scope = Scope::new(context, input, "", &[]);
    let mut messages = Vec::with_capacity(spec.messages.len());
    for (role, template) in &spec.messages {
        if let Some(text) = template.text(&scope, Place::Plain)? {
            messages.push(Message {
                role: *role,
                content: Block::text(text),
            });
        }
    }
    let description = None;
    RawJson::of(&PromptMessages {
        description,
        messages,
    })
    .map_err(Error::internal)
}

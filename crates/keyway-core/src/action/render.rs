//! What an action answered, as MCP results.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::coerce::{json_of, object};
use super::{Content, Entry, Format, Reply, Variables, markdown};
use crate::Error;
use crate::json::{member, members, quote, unquote};
use crate::ports::Caller;
use crate::rpc::{RawJson, RpcError};

/// A `CallToolResult`. Data is told as text, and, when it is an object, as `structuredContent` too;
/// a markdown action tells markdown only. A failure is a result with `isError` whose text is the
/// JSON of [`Error::to_json`], whatever the format.
///
/// ```
/// use keyway_core::action::{Action, Registry, Reply, render};
/// use keyway_core::rpc::RawJson;
///
/// let action = Action::new("count", |_, (): ()| async { Ok(3) });
/// let registry = Registry::new(vec![action]).unwrap();
/// let result = render::tool_result(
///     registry.get("count").unwrap(),
///     Ok(Reply::Data(RawJson::of(&3).unwrap())),
/// );
/// assert_eq!(result.as_str(), r#"{"content":[{"type":"text","text":"3"}]}"#);
/// ```
pub fn tool_result(entry: &Entry, outcome: Result<Reply, Error>) -> RawJson {
    match outcome {
        Ok(Reply::Data(data)) => match entry.action().get_format() {
            Format::Json => data_result(&data),
            Format::Markdown => {
                text_result(&markdown::render_text(&data, markdown_depth(entry)), "")
            }
        },
        Ok(Reply::Content(content)) => content_result(&content),
        Err(error) => error_result(&error),
    }
}

/// Like [`tool_result`], but a client of revision 2026-07-28 that lacks a capability the action
/// needs gets the JSON-RPC error -32021 that the revision demands.
///
/// ```
/// use keyway_core::Error;
/// use keyway_core::action::{Action, Registry, render};
/// use keyway_core::ports::NoCaller;
///
/// let action = Action::new("ask", |_, (): ()| async { Ok(1) });
/// let registry = Registry::new(vec![action]).unwrap();
/// let missing = Error::missing_client_capability("sampling");
/// // This caller is no client of 2026-07-28, so the failure is one the model sees.
/// let answer = render::tool_answer(registry.get("ask").unwrap(), Err(missing), &NoCaller).unwrap();
/// assert!(answer.as_str().contains("\"isError\":true"));
/// ```
pub fn tool_answer(
    entry: &Entry,
    outcome: Result<Reply, Error>,
    caller: &dyn Caller,
) -> Result<RawJson, RpcError> {
    match outcome {
        Err(error) if error.missing_capability().is_some() && caller.takes_input_required() => {
            Err(error.into())
        }
        outcome => Ok(tool_result(entry, outcome)),
    }
}

/// A `ReadResourceResult`. Data of the form `{text, mimeType?}` or `{blob, mimeType?}` is that text
/// or those bytes; other data is told as JSON, or as markdown if that is the declared media type.
/// A `blob` that is not base64 is an internal error, never passed on.
///
/// ```
/// use keyway_core::action::{Action, Registry, Reply, ResourceBody, render};
/// use keyway_core::rpc::RawJson;
///
/// let action = Action::new("note", |_, (): ()| async { Ok(ResourceBody::text("hi")) })
///     .resource("notes://one", None);
/// let registry = Registry::new(vec![action]).unwrap();
/// let reply = Reply::Data(RawJson::of(&ResourceBody::text("hi")).unwrap());
/// let result = render::resource_result("notes://one", registry.get("note").unwrap(), reply).unwrap();
/// assert_eq!(
///     result.as_str(),
///     r#"{"contents":[{"uri":"notes://one","mimeType":"text/plain","text":"hi"}]}"#
/// );
/// ```
pub fn resource_result(uri: &str, entry: &Entry, reply: Reply) -> Result<RawJson, RpcError> {
    let declared = entry
        .action()
        .get_resource()
        .and_then(|resource| resource.mime_type.as_deref());
    let contents = match reply {
        Reply::Data(data) => vec![data_contents(uri, entry, declared, &data)?],
        Reply::Content(content) => block_contents(uri, declared, &content)?,
    };
    written(&json!({ "contents": contents }))
}

/// A `GetPromptResult`. Data must be `{description?, messages}`; content blocks become one message
/// of the user each. The description falls back to the action's.
///
/// ```
/// use keyway_core::action::{Action, Content, PromptMessages, Registry, Reply, render};
///
/// let action = Action::new("hello", |_, (): ()| async { Ok(PromptMessages::user("Hello!")) })
///     .prompt(None);
/// let registry = Registry::new(vec![action]).unwrap();
/// let reply = Reply::Content(Content::text("Hello!"));
/// let result = render::prompt_result(registry.get("hello").unwrap(), reply).unwrap();
/// assert_eq!(
///     result.as_str(),
///     r#"{"messages":[{"role":"user","content":{"type":"text","text":"Hello!"}}]}"#
/// );
/// ```
pub fn prompt_result(entry: &Entry, reply: Reply) -> Result<RawJson, RpcError> {
    let mut result = match reply {
        Reply::Data(data) => data
            .read::<Map<String, Value>>()
            .ok()
            .filter(|map| map.get("messages").is_some_and(Value::is_array))
            .ok_or_else(|| fault("the prompt answered no messages"))?,
        Reply::Content(content) => {
            let message = |block| json!({ "role": "user", "content": block });
            let messages: Vec<_> = content.content.into_iter().map(message).collect();
            Map::from_iter([("messages".to_owned(), Value::Array(messages))])
        }
    };
    result.retain(|_, value| !value.is_null());
    let description = entry.action().get_description();
    if !result.contains_key("description") && !description.is_empty() {
        result.insert("description".into(), description.into());
    }
    written(&result)
}

/// A `CompleteResult`: at most 100 values (MCP, "Completion").
///
/// ```
/// let result = keyway_core::action::render::completion_result(&["Paris".to_owned()]);
/// assert_eq!(result.as_str(), r#"{"completion":{"values":["Paris"],"total":1,"hasMore":false}}"#);
/// ```
pub fn completion_result(values: &[String]) -> RawJson {
    let shown = values.get(..100).unwrap_or(values);
    let result = json!({ "completion": {
        "values": shown, "total": values.len(), "hasMore": values.len() > shown.len(),
    }});
    RawJson::of(&result).unwrap_or_else(|_| RawJson::empty_object())
}

/// The input of a resource read: the URI's variables, read as the schema wants them.
///
/// ```
/// use keyway_core::action::{Action, Registry};
/// # use schemars::JsonSchema;
/// # use serde::{Deserialize, Serialize};
/// use keyway_core::action::render;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Input { page: u32 }
///
/// let action = Action::new("page", |_, input: Input| async move { Ok(input.page) })
///     .resource_template("book://{page}", None);
/// let registry = Registry::new(vec![action]).unwrap();
/// let (entry, variables) = registry.by_uri("book://12").unwrap();
/// assert_eq!(render::resource_input(entry, &variables).as_str(), r#"{"page":12}"#);
/// ```
pub fn resource_input(entry: &Entry, variables: &Variables) -> RawJson {
    entry.input_from_text(
        variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    )
}

/// The input of a prompt or template: `params.arguments`, whose values MCP has as strings, read as
/// the schema wants them. Values that are not strings stay what they are.
///
/// ```
/// use keyway_core::action::{Action, PromptMessages, Registry, render};
/// use keyway_core::rpc::RawJson;
/// # use schemars::JsonSchema;
/// # use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Input { times: u32 }
///
/// let action = Action::new("cheer", |_, input: Input| async move {
///     Ok(PromptMessages::user("Hip! ".repeat(input.times as usize)))
/// })
/// .prompt(None);
/// let registry = Registry::new(vec![action]).unwrap();
/// let params = RawJson::parse(r#"{"name":"cheer","arguments":{"times":"3"}}"#.into()).unwrap();
/// let input = render::prompt_input(registry.get("cheer").unwrap(), &params);
/// assert_eq!(input.as_str(), r#"{"times":3}"#);
/// ```
pub fn prompt_input(entry: &Entry, params: &RawJson) -> RawJson {
    let Some(arguments) = member(params.as_str(), "arguments") else {
        return RawJson::empty_object();
    };
    let read: Vec<_> = members(arguments.value)
        .map(|argument| {
            let json = if argument.value.starts_with('"') {
                json_of(
                    entry.action().input_schema(),
                    &argument.key,
                    &unquote(argument.value),
                )
            } else {
                argument.value.to_owned()
            };
            (argument.key, json)
        })
        .collect();
    object(
        read.iter()
            .map(|(name, json)| (name.as_ref(), json.clone())),
    )
}

fn markdown_depth(entry: &Entry) -> usize {
    entry.action().get_markdown_depth()
}

fn data_result(data: &RawJson) -> RawJson {
    let text = data.as_str().trim();
    if text.starts_with('{') {
        text_result(text, &format!(",\"structuredContent\":{text}"))
    } else {
        text_result(text, "")
    }
}

fn text_result(text: &str, more: &str) -> RawJson {
    let text = quote(text);
    let result = format!("{{\"content\":[{{\"type\":\"text\",\"text\":{text}}}]{more}}}");
    RawJson::written(result)
}

/// A failure as a `CallToolResult`: a result with `isError` whose text is the JSON of
/// [`Error::to_json`], for a model to see.
///
/// ```
/// use keyway_core::action::render;
/// use keyway_core::{Error, Kind};
///
/// let result = render::error_result(&Error::new(Kind::RateLimited, "rate_limited", "slow down"));
/// assert!(result.as_str().ends_with("\"isError\":true}"));
/// ```
pub fn error_result(error: &Error) -> RawJson {
    text_result(&error.to_json().to_string(), ",\"isError\":true")
}

fn content_result(content: &Content) -> RawJson {
    RawJson::of(content).unwrap_or_else(|source| error_result(&Error::internal(source)))
}

fn data_contents(
    uri: &str,
    entry: &Entry,
    declared: Option<&str>,
    data: &RawJson,
) -> Result<Value, RpcError> {
    let body: Option<Map<String, Value>> = data.read().ok();
    let said = |key: &str| body.as_ref()?.get(key)?.as_str().map(str::to_owned);
    let mime_type = said("mimeType").or_else(|| declared.map(str::to_owned));
    if let Some(blob) = said("blob") {
        return blob_contents(uri, mime_type.as_deref(), &blob);
    }
    if let Some(text) = said("text") {
        let mime_type = mime_type.unwrap_or_else(|| "text/plain".into());
        return Ok(json!({ "uri": uri, "mimeType": mime_type, "text": text }));
    }
    let (mime_type, text) = match declared {
        Some(markdown @ "text/markdown") => {
            (markdown, markdown::render_text(data, markdown_depth(entry)))
        }
        other => (
            other.unwrap_or("application/json"),
            data.as_str().to_owned(),
        ),
    };
    Ok(json!({ "uri": uri, "mimeType": mime_type, "text": text }))
}

fn block_contents(
    uri: &str,
    declared: Option<&str>,
    content: &Content,
) -> Result<Vec<Value>, RpcError> {
    use super::Block;
    let one = |block: &Block| match block {
        Block::Text { text } => {
            let mime_type = declared.unwrap_or("text/plain");
            Ok(json!({ "uri": uri, "mimeType": mime_type, "text": text }))
        }
        Block::Image { data, mime_type } | Block::Audio { data, mime_type } => {
            blob_contents(uri, Some(mime_type), data)
        }
        Block::Resource { resource } => Ok(resource.clone()),
        Block::ResourceLink { .. } => Err(fault("a resource cannot answer a link")),
    };
    content.content.iter().map(one).collect()
}

fn blob_contents(uri: &str, mime_type: Option<&str>, blob: &str) -> Result<Value, RpcError> {
    if STANDARD.decode(blob).is_err() {
        return Err(fault("the resource's bytes are not base64"));
    }
    let mime_type = mime_type.unwrap_or("application/octet-stream");
    Ok(json!({ "uri": uri, "mimeType": mime_type, "blob": blob }))
}

/// The action broke its contract: told without detail, as any fault of ours.
fn fault(source: &'static str) -> RpcError {
    Error::internal(source).into()
}

fn written(value: &impl serde::Serialize) -> Result<RawJson, RpcError> {
    RawJson::of(value).map_err(|source| Error::internal(source).into())
}

use http::HeaderMap;

use super::ProviderContext;

/// A webhook as a third party would send it, but for what it proves itself with: to try a publication with.
///
/// ```
/// use keyway_core::provider::Fixture;
///
/// const MENTION: Fixture = Fixture {
///     name: "mention",
///     about: "somebody mentions the agent",
///     headers: &[("x-event", "comment")],
///     body: r#"{ "id": "{{id}}", "workspace": "{{workspace}}" }"#,
/// };
/// assert!(MENTION.body.contains("{{id}}"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixture {
    /// Its name within the provider.
    pub name: &'static str,
    /// What happened, for people.
    pub about: &'static str,
    /// The headers that the third party sends, without those of its signature.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body, with [marks](Fill) in it.
    pub body: &'static str,
}

/// A request with what it proves itself with.
#[derive(Debug, Clone)]
pub struct SignedWebhook {
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte by byte.
    pub body: Vec<u8>,
}

/// What stands for the marks of a fixture: `{{workspace}}`, `{{bot}}` and `{{bot_name}}` of where it is
/// installed, `{{app}}`, `{{id}}` that is another one each time, `{{milliseconds}}` and `{{seconds}}` since
/// 1970.
///
/// ```
/// use keyway_core::Secret;
/// use keyway_core::provider::{Fill, ProviderContext, Workspace};
/// use serde_json::json;
///
/// let (nothing, secret) = (json!({}), Secret::new("s".to_owned()));
/// let workspace = Workspace::new("W\"1", "Acme");
/// let context = ProviderContext {
///     settings: &nothing,
///     triggers: &nothing,
///     secret: &secret,
///     workspace: Some(&workspace),
///     now: jiff::Timestamp::UNIX_EPOCH,
/// };
/// let fill = Fill { context: &context, app: "A1", id: "7" };
/// assert_eq!(fill.fill(r#"{"at":"{{workspace}}","id":{{id}}}"#), r#"{"at":"W\"1","id":7}"#);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Fill<'a> {
    /// The publication it is for.
    pub context: &'a ProviderContext<'a>,
    /// The third party's id of the app.
    pub app: &'a str,
    /// What tells this event from others: digits, so that it can be a number or part of a text.
    pub id: &'a str,
}

/// What stands where nobody knows what: a number and a text.
const UNKNOWN: &str = "0";

impl Fill<'_> {
    /// A text with every mark filled in, as part of a JSON text.
    pub fn fill(&self, text: &str) -> String {
        let context = self.context;
        let workspace = context.workspace;
        let known = |value: Option<&String>| value.map_or(UNKNOWN, String::as_str).to_owned();
        let marks = [
            ("{{workspace}}", known(workspace.map(|there| &there.id))),
            (
                "{{bot}}",
                known(workspace.and_then(|there| there.bot_id.as_ref())),
            ),
            (
                "{{bot_name}}",
                known(workspace.and_then(|there| there.bot_name.as_ref())),
            ),
            ("{{app}}", self.app.to_owned()),
            ("{{id}}", self.id.to_owned()),
            ("{{milliseconds}}", context.now.as_millisecond().to_string()),
            ("{{seconds}}", context.now.as_second().to_string()),
        ];
        let text = text.to_owned();
        marks.into_iter().fold(text, |text, (mark, value)| {
            let quoted = serde_json::Value::String(value).to_string();
            let inside = quoted.get(1..quoted.len() - 1).unwrap_or_default();
            text.replace(mark, inside)
        })
    }
}

use keyway_core::Secret;
use keyway_core::names::Prefix;
use keyway_mcp::upstream::{ServerSpec, Timeouts, ToolFilter};

use super::fields::Fields;
use super::{Dialect, transport};
use crate::config::doc::Value;
use crate::config::suggest;

/// A field of an entry, as every format has it.
#[derive(Debug)]
pub(in crate::config) struct Field {
    pub(in crate::config) name: &'static str,
    pub(in crate::config) doc: &'static str,
    /// Its JSON Schema.
    pub(in crate::config) schema: &'static str,
}

/// The fields of an entry, in the order of the reference.
pub(in crate::config) const FIELDS: &[Field] = &[
    field(
        "command",
        "The program to start. With it the server is a child process (stdio).",
        r#"{"type":"string","minLength":1}"#,
    ),
    field(
        "args",
        "The program's arguments.",
        r#"{"type":"array","items":{"type":"string"}}"#,
    ),
    field(
        "env",
        "Variables set for the program, over the inherited ones. It never inherits `KEYWAY_…` variables or any variable a secret was taken from.",
        r#"{"type":"object","additionalProperties":{"type":["string","number","boolean"]}}"#,
    ),
    field(
        "cwd",
        "The program's working directory.",
        r#"{"type":"string","minLength":1}"#,
    ),
    field(
        "url",
        "The server's address: `http:`, `https:` or `unix:/path/to.sock#/path`.",
        r#"{"type":"string","minLength":1}"#,
    ),
    field(
        "headers",
        "Headers sent with every request.",
        r#"{"type":"object","additionalProperties":{"type":"string"}}"#,
    ),
    field(
        "auth",
        "How Keyway authenticates: `none`, `oauth`, or `type: api_key` with `key` and if wanted `header` and `scheme`.",
        r#"{"oneOf":[{"enum":["none","oauth"]},{"type":"object","required":["type"],"additionalProperties":false,"properties":{"type":{"enum":["none","api_key","oauth"]},"key":{"type":"string"},"header":{"type":"string"},"scheme":{"type":"string"},"scopes":{"type":"array","items":{"type":"string"}}}}]}"#,
    ),
    field(
        "transport",
        "`stdio`, `http` (streamable HTTP) or `sse` (the transport of 2024-11-05). Found out when not given.",
        r#"{"enum":["stdio","http","sse"]}"#,
    ),
    field(
        "prefix",
        "What goes before the names of its tools and prompts, instead of `mcp__<server>__`. `false` is nothing.",
        r#"{"oneOf":[{"type":"string","pattern":"^[A-Za-z0-9_-]{0,32}$"},{"const":false}]}"#,
    ),
    field(
        "organization",
        "The slug of the organization it belongs to; `default` when not given.",
        r#"{"type":"string","pattern":"^[a-z0-9][a-z0-9-]{0,62}$"}"#,
    ),
    field(
        "enabled",
        "`false` keeps it configured and never connects to it.",
        r#"{"type":"boolean"}"#,
    ),
    field(
        "tools",
        "Which of its tools are used, by its own names: `allow`, `deny`. `deny` wins.",
        r#"{"type":"object","additionalProperties":false,"properties":{"allow":{"type":"array","items":{"type":"string"}},"deny":{"type":"array","items":{"type":"string"}}}}"#,
    ),
    field(
        "timeouts",
        "`connect`: reaching the server, handshake and lists (30 s). `call`: one call (2 min), `0` for no limit.",
        r#"{"type":"object","additionalProperties":false,"properties":{"connect":{"type":["string","integer"]},"call":{"type":["string","integer"]}}}"#,
    ),
    field(
        "keep_alive",
        "How often an idle connection is checked (1 min); `false` for never.",
        r#"{"oneOf":[{"type":["string","integer"]},{"const":false}]}"#,
    ),
];

const fn field(name: &'static str, doc: &'static str, schema: &'static str) -> Field {
    Field { name, doc, schema }
}

/// What other clients' files have besides [`FIELDS`] and means something here.
const DESKTOP: &[&str] = &[
    "type",
    "serverUrl",
    "httpUrl",
    "disabled",
    "disabledTools",
    "includeTools",
    "excludeTools",
];
/// The same for VS Code.
const VSCODE: &[&str] = &["type", "envFile"];
/// What those clients keep for themselves: how they ask their user, what they show.
const FOREIGN: &[&str] = &[
    "alwaysAllow",
    "autoApprove",
    "description",
    "dev",
    "gallery",
    "icon",
    "name",
    "sandbox",
    "sandboxEnabled",
    "timeout",
    "trust",
    "version",
];

/// What an entry says: how to reach the server, and whose it is.
pub(super) struct Scope {
    pub(super) spec: ServerSpec,
    pub(super) organization: Option<String>,
}

/// Reads one entry. `None` when something is wrong with it; `fields` then tells what.
pub(super) fn read(fields: &mut Fields<'_>) -> Option<Scope> {
    let Value::Map(members) = &fields.node.value else {
        let (at, kind) = (fields.node.at, fields.node.value.kind());
        fields.problem(at, "", format!("expected a mapping, found {kind}"));
        return None;
    };
    for (key, _) in members {
        known(fields, key);
    }
    let transport = transport::read(fields);
    let options = Options::read(fields);
    let (transport, secrets) = transport?;
    if !fields.problems.is_empty() {
        return None;
    }
    let mut spec = ServerSpec::new(fields.name, transport);
    spec.secrets = secrets.into_iter().map(Secret::new).collect();
    let organization = options.apply(&mut spec);
    Some(Scope { spec, organization })
}

fn known(fields: &mut Fields<'_>, key: &crate::config::doc::Key) {
    let extra: &[&str] = match fields.dialect {
        Dialect::Desktop => DESKTOP,
        Dialect::VsCode => VSCODE,
        Dialect::Keyway | Dialect::Keen => &[],
    };
    let name = key.text.as_str();
    if FIELDS.iter().any(|field| field.name == name) || extra.contains(&name) {
        return;
    }
    let client = matches!(fields.dialect, Dialect::Desktop | Dialect::VsCode);
    if client && FOREIGN.contains(&name) {
        fields.note(
            key.at,
            name,
            "this is for the client the file is from: not used here",
        );
        return;
    }
    let names = FIELDS
        .iter()
        .map(|field| field.name)
        .chain(extra.iter().copied());
    let message = suggest::unknown("field", name);
    match suggest::nearest(name, names) {
        Some(near) => {
            fields.problem_help(key.at, "", message, format!("did you mean `{near}`?"));
        }
        None => fields.problem(key.at, "", message),
    }
}

/// How often an idle connection is checked.
#[derive(Default)]
enum KeepAlive {
    #[default]
    Default,
    Never,
    Every(std::time::Duration),
}

/// The fields that have nothing to do with the transport.
#[derive(Default)]
struct Options {
    prefix: Option<Prefix>,
    organization: Option<String>,
    enabled: Option<bool>,
    tools: ToolFilter,
    timeouts: Timeouts,
    keep_alive: KeepAlive,
}

impl Options {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            prefix: prefix(fields),
            organization: organization(fields),
            enabled: enabled(fields),
            tools: tools(fields),
            timeouts: timeouts(fields),
            keep_alive: keep_alive(fields),
        }
    }

    fn apply(self, spec: &mut ServerSpec) -> Option<String> {
        if let Some(prefix) = self.prefix {
            spec.prefix = prefix;
        }
        if let Some(enabled) = self.enabled {
            spec.enabled = enabled;
        }
        match self.keep_alive {
            KeepAlive::Default => {}
            KeepAlive::Never => spec.keep_alive = None,
            KeepAlive::Every(pause) => spec.keep_alive = Some(pause),
        }
        spec.tools = self.tools;
        spec.timeouts = self.timeouts;
        self.organization
    }
}

fn prefix(fields: &mut Fields<'_>) -> Option<Prefix> {
    let node = fields.get("prefix")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match &node.value {
        Value::Bool(false) => Some(Prefix::None),
        Value::Text(text) if text.is_empty() => Some(Prefix::None),
        Value::Text(text) if text.len() <= 32 && text.chars().all(plain) => {
            Some(Prefix::Custom(text.clone()))
        }
        _ => {
            let expected = "expected up to 32 letters, digits, `_` and `-`, or `false` for none";
            fields.problem(node.at, "prefix", expected);
            None
        }
    }
}

fn organization(fields: &mut Fields<'_>) -> Option<String> {
    let node = fields.get("organization")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let slug = node.text().filter(|text| {
        (1..=63).contains(&text.len()) && text.chars().all(plain) && !text.starts_with('-')
    });
    if slug.is_none() {
        let expected = "expected the slug of an organization: lower-case letters, digits and `-`";
        fields.problem(node.at, "organization", expected);
    }
    slug.map(str::to_owned)
}

fn enabled(fields: &mut Fields<'_>) -> Option<bool> {
    let enabled = fields.bool("enabled");
    if fields.dialect != Dialect::Desktop {
        return enabled;
    }
    enabled.or(fields.bool("disabled").map(|disabled| !disabled))
}

fn tools(fields: &mut Fields<'_>) -> ToolFilter {
    let mut filter = ToolFilter::default();
    if fields.dialect == Dialect::Desktop {
        filter
            .deny
            .extend(names(fields, "disabledTools").unwrap_or_default());
        filter
            .deny
            .extend(names(fields, "excludeTools").unwrap_or_default());
        filter.allow = names(fields, "includeTools");
    }
    let Some(node) = fields.get("tools") else {
        return filter;
    };
    // Some clients write a plain list of names, with `*` for all.
    if fields.dialect == Dialect::Desktop && node.items().is_some() {
        filter.allow = names(fields, "tools").filter(|names| !names.iter().any(|name| name == "*"));
        return filter;
    }
    let Some(members) = node.members() else {
        fields.problem(node.at, "tools", "expected `allow` and `deny`");
        return filter;
    };
    for (key, value) in members {
        let inner = format!("tools.{}", key.text);
        let list: Option<Vec<_>> = value.items().and_then(|items| {
            items
                .iter()
                .map(|item| item.text().map(str::to_owned))
                .collect()
        });
        match (key.text.as_str(), list) {
            ("allow", Some(list)) => filter.allow = Some(list),
            ("deny", Some(list)) => filter.deny.extend(list),
            ("allow" | "deny", None) => {
                fields.problem(value.at, &inner, "expected a list of tool names");
            }
            _ => fields.problem(key.at, "tools", "expected only `allow` and `deny`"),
        }
    }
    filter
}

fn names(fields: &mut Fields<'_>, field: &str) -> Option<Vec<String>> {
    let list = fields.list(field)?;
    Some(list.into_iter().map(|item| item.text).collect())
}

fn timeouts(fields: &mut Fields<'_>) -> Timeouts {
    let mut timeouts = Timeouts::default();
    let Some(node) = fields.get("timeouts") else {
        return timeouts;
    };
    let Some(members) = node.members() else {
        fields.problem(node.at, "timeouts", "expected `connect` and `call`");
        return timeouts;
    };
    for (key, value) in members {
        match key.text.as_str() {
            "connect" => {
                if let Some(limit) = fields.duration(value, "timeouts.connect") {
                    timeouts.connect = limit;
                }
            }
            "call" if is_zero(&value.value) => timeouts.call = None,
            "call" => {
                if let Some(limit) = fields.duration(value, "timeouts.call") {
                    timeouts.call = Some(limit);
                }
            }
            _ => fields.problem(key.at, "timeouts", "expected only `connect` and `call`"),
        }
    }
    timeouts
}

fn is_zero(value: &Value) -> bool {
    matches!(value, Value::Number(text) | Value::Text(text) if text == "0")
}

fn keep_alive(fields: &mut Fields<'_>) -> KeepAlive {
    let Some(node) = fields.get("keep_alive") else {
        return KeepAlive::Default;
    };
    if matches!(node.value, Value::Bool(false)) {
        return KeepAlive::Never;
    }
    fields
        .duration(node, "keep_alive")
        .map_or(KeepAlive::Default, KeepAlive::Every)
}

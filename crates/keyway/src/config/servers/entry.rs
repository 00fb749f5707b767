use keyway_core::Secret;
use keyway_mcp::upstream::ServerSpec;

use super::fields::Fields;
use super::options::Options;
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
        "How Keyway authenticates: `none`; `type: api_key` with `key` and if wanted `header` and `scheme`; `oauth`, or `type: oauth` with if wanted `scopes`, and `client_id` and `client_secret` of a client registered by hand.",
        r#"{"oneOf":[{"enum":["none","oauth"]},{"type":"object","required":["type"],"additionalProperties":false,"properties":{"type":{"enum":["none","api_key","oauth"]},"key":{"type":"string"},"header":{"type":"string"},"scheme":{"type":"string"},"scopes":{"type":"array","items":{"type":"string"}},"client_id":{"type":"string"},"client_secret":{"type":"string"}}}]}"#,
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
        "timeout_ms",
        "`timeouts.call` in milliseconds.",
        r#"{"type":"integer","minimum":0,"maximum":86400000}"#,
    ),
    field(
        "connect_timeout_ms",
        "`timeouts.connect` in milliseconds.",
        r#"{"type":"integer","minimum":1,"maximum":86400000}"#,
    ),
    field(
        "retries",
        "How many more times a request is sent that was not carried out for certain (1). A call that may have been is never repeated.",
        r#"{"type":"integer","minimum":0,"maximum":10}"#,
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

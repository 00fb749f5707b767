use serde_json::Value;

use super::definitions::Found;
use crate::fault::{Fault, Spot, unknown};
use crate::read::Faults;
use crate::spec::{ActionSpec, AppSpec, Body, PromptSpec, ServerSpec};
use crate::template::{Expression, Pair, Template, UrlTemplate, credential_key};

/// Who reads something: an action, an app for all of its actions, an MCP server or a prompt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Action,
    App,
    Server,
    Prompt,
}

/// Holds what the templates of an action read against what it has.
pub(super) fn action(
    spec: &ActionSpec,
    url: &UrlTemplate,
    keys: &[String],
    found: &Found,
    faults: &mut Faults,
) {
    let http = &spec.http;
    let mut expressions: Vec<&Expression> = url.expressions().collect();
    let pairs = url.query.iter().chain(&http.query).chain(&http.cookies);
    expressions.extend(pairs.flat_map(Pair::expressions));
    let headers = http.headers.iter();
    expressions.extend(headers.flat_map(|header| header.value.expressions()));
    match &http.body {
        Body::None => {}
        Body::Json { tree, .. } => {
            let mut templates: Vec<&Template> = Vec::new();
            tree.templates(&mut templates);
            expressions.extend(templates.into_iter().flat_map(Template::expressions));
        }
        Body::Form(pairs) => expressions.extend(pairs.iter().flat_map(Pair::expressions)),
        Body::Text { template, .. } => expressions.extend(template.expressions()),
    }
    let names = inputs(&spec.input);
    for expression in expressions {
        hold(
            expression,
            Reader::Action,
            names.as_deref(),
            keys,
            found,
            faults,
        );
    }
}

/// The same for what an app does with every action.
pub(super) fn app(spec: &AppSpec, keys: &[String], found: &Found, faults: &mut Faults) {
    let headers = spec.headers.iter();
    let headers = headers.flat_map(|header| header.value.expressions());
    let pairs = spec.query.iter().chain(&spec.cookies);
    for expression in headers.chain(pairs.flat_map(Pair::expressions)) {
        hold(expression, Reader::App, None, keys, found, faults);
    }
}

/// The same for what an MCP server is sent.
pub(super) fn server(spec: &ServerSpec, keys: &[String], found: &Found, faults: &mut Faults) {
    let headers = spec.headers.iter();
    let headers = headers.flat_map(|header| header.value.expressions());
    let env = spec
        .env
        .iter()
        .flat_map(|(_, template)| template.expressions());
    for expression in headers.chain(env) {
        hold(expression, Reader::Server, None, keys, found, faults);
    }
}

/// The same for the messages of a prompt.
pub(super) fn prompt(spec: &PromptSpec, faults: &mut Faults) {
    let names: Vec<_> = spec
        .arguments
        .iter()
        .map(|argument| argument.name.as_str())
        .collect();
    let messages = spec.messages.iter();
    for expression in messages.flat_map(|(_, template)| template.expressions()) {
        let (reader, found) = (Reader::Prompt, Found::new());
        hold(expression, reader, Some(&names), &[], &found, faults);
    }
}

fn hold(
    expression: &Expression,
    reader: Reader,
    inputs: Option<&[&str]>,
    keys: &[String],
    found: &Found,
    faults: &mut Faults,
) {
    for read in expression.reads() {
        let at = expression.at();
        match (read.variable, read.members.as_slice()) {
            ("input", _) if reader == Reader::App => {
                let message = "an app does not know the inputs of its actions";
                faults.push(Fault::new(at.clone(), message));
            }
            ("input", _) if reader == Reader::Server => {
                let message = "an MCP server is sent nothing of a call's input";
                faults.push(Fault::new(at.clone(), message));
            }
            ("base_url", _) if matches!(reader, Reader::Server | Reader::Prompt) => {
                let message = "`base_url` is that of an app, and here is none";
                faults.push(Fault::new(at.clone(), message));
            }
            ("now", _) if reader == Reader::Server => {
                let message = "a connection to an MCP server lasts: `now` has no meaning here";
                faults.push(Fault::new(at.clone(), message));
            }
            ("credentials", _) if reader == Reader::Prompt => {
                let message = "a prompt is shown to models and people: no credential goes into it";
                faults.push(Fault::new(at.clone(), message));
            }
            ("input", [name, ..]) => {
                if let Some(known) = inputs
                    && !known.contains(&name.as_str())
                {
                    faults.push(unknown(at.clone(), "input", name, known.iter().copied()));
                }
            }
            ("credentials", [key, rest @ ..]) => {
                let key = credential_key(key);
                if keys.contains(&key) {
                    field(&key, rest.first(), at, found, faults);
                } else if found.contains_key(&key) {
                    let message = format!("the credential `{key}` is not one that is needed here");
                    let suggestion = match reader {
                        Reader::Action => format!("add it to the action: `credentials: [{key}]`"),
                        Reader::Server => {
                            format!("add it to the server: `credentials: [{key}]`")
                        }
                        Reader::App | Reader::Prompt => {
                            "an app has the credential of its own name only".to_owned()
                        }
                    };
                    faults.push(Fault::new(at.clone(), message).suggest(suggestion));
                } else {
                    let known = keys.iter().map(String::as_str);
                    faults.push(unknown(at.clone(), "credential", &key, known));
                }
            }
            _ => {}
        }
    }
}

fn field(key: &str, name: Option<&String>, at: &Spot, found: &Found, faults: &mut Faults) {
    let Some(definition) = found.get(key) else {
        return;
    };
    let fields = definition.fields();
    let known = fields.iter().map(|field| field.name.as_str());
    match name {
        None => {
            let message = format!("a whole credential cannot be sent: name a field of `{key}`");
            faults.push(Fault::new(at.clone(), message));
        }
        Some(name) if !known.clone().any(|field| field == name) => {
            faults.push(unknown(at.clone(), "field", name, known));
        }
        Some(_) => {}
    }
}

/// The names of the inputs, where the schema says all of them in one place.
fn inputs(schema: &Value) -> Option<Vec<&str>> {
    const ELSEWHERE: &[&str] = &[
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "if",
        "dependentSchemas",
        "patternProperties",
    ];
    if ELSEWHERE.iter().any(|key| schema.get(key).is_some()) {
        return None;
    }
    let open = schema
        .get("additionalProperties")
        .is_some_and(|more| *more != Value::Bool(false));
    if open {
        return None;
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    Some(properties.map_or_else(Vec::new, |map| map.keys().map(String::as_str).collect()))
}

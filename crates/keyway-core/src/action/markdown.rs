//! Data as markdown, for models: fewer tokens than JSON, and nothing lost.
//!
//! | data | becomes |
//! |---|---|
//! | a text, a number, a truth value, null | itself |
//! | an object's own scalars | a list, `- **key:** value`, before anything nested |
//! | a nested object or array | a heading, or from the seventh level on a bold line, then its content |
//! | an array of objects with the same keys and only scalars in them | a table |
//! | an array of scalars | a list |
//! | any other array | a heading for each item, by its position |
//! | whatever nests deeper than the limit | a fenced block of JSON |
//!
//! Every scalar of the data is in the output, as [`scalar`] or [`cell`] writes it, or as JSON inside
//! a fenced block. Key order is kept, except that scalars go before what is nested, so that no line
//! stands under a heading it does not belong to. An empty text, object or array is written as JSON.

use serde_json::{Map, Value};

use crate::json::{Bounds, check, items, members};
use crate::rpc::RawJson;

/// The deepest heading markdown has.
const DEEPEST_HEADING: usize = 6;
/// The level of the outermost headings.
const FIRST_HEADING: usize = 2;

/// Markdown of JSON text; text that nests deeper than 128 levels comes back as it is.
///
/// ```
/// use keyway_core::action::markdown::render_text;
/// use keyway_core::rpc::RawJson;
///
/// let data = RawJson::parse(r#"{"name":"a"}"#.into()).unwrap();
/// assert_eq!(render_text(&data, 5), "- **name:** a");
/// ```
pub fn render_text(data: &RawJson, depth_limit: usize) -> String {
    let text = data.as_str().trim();
    let bounds = Bounds {
        bytes: usize::MAX,
        nodes: usize::MAX,
        ..Bounds::default()
    };
    match check(text.as_bytes(), bounds) {
        Ok(()) => render(&exact(text), depth_limit),
        Err(_) => text.to_owned(),
    }
}

/// The value of well-formed JSON, with each number that would lose digits as a text of them.
fn exact(text: &str) -> Value {
    match text.as_bytes().first() {
        Some(b'{') => {
            let all = members(text).map(|member| (member.key.into_owned(), exact(member.value)));
            Value::Object(all.collect())
        }
        Some(b'[') => items(text).map(exact).collect(),
        _ => match serde_json::from_str(text) {
            Ok(Value::Number(number)) if number.to_string() != text => text.into(),
            Ok(value) => value,
            // A number beyond what a double holds.
            Err(_) => text.into(),
        },
    }
}

/// Markdown of a value. `depth_limit` is how many levels of objects and arrays are rendered; what
/// lies deeper is a fenced block of JSON.
///
/// ```
/// use keyway_core::action::markdown::render;
/// use serde_json::json;
///
/// let data = json!({
///     "name": "keyway",
///     "checks": [{ "what": "store", "ok": true }, { "what": "vault", "ok": true }],
///     "healthy": true,
/// });
/// assert_eq!(
///     render(&data, 5),
///     "- **name:** keyway\n- **healthy:** true\n\n## checks\n\n\
///      | what | ok |\n| --- | --- |\n| store | true |\n| vault | true |"
/// );
/// ```
pub fn render(value: &Value, depth_limit: usize) -> String {
    let mut blocks = Vec::new();
    write(value, depth_limit, 0, &mut blocks);
    blocks.join("\n\n")
}

/// How a scalar is written in a list or by itself: text with its markdown made harmless and its
/// line breaks as `<br>`, everything else as JSON.
///
/// ```
/// use keyway_core::action::markdown::scalar;
///
/// assert_eq!(scalar(&"*a*\nb".into()), "\\*a\\*<br>b");
/// assert_eq!(scalar(&1.5.into()), "1.5");
/// ```
pub fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "\"\"".into(),
        Value::String(text) => inline(text),
        other => other.to_string(),
    }
}

/// How a scalar is written in a table: like [`scalar`], with `|` escaped.
///
/// ```
/// assert_eq!(keyway_core::action::markdown::cell(&"a|b".into()), "a\\|b");
/// ```
pub fn cell(value: &Value) -> String {
    scalar(value).replace('|', "\\|")
}

fn write(value: &Value, limit: usize, depth: usize, blocks: &mut Vec<String>) {
    match value {
        Value::Object(map) if map.is_empty() => blocks.push("{}".into()),
        Value::Array(all) if all.is_empty() => blocks.push("[]".into()),
        Value::Object(_) | Value::Array(_) if depth >= limit => blocks.push(fenced(value)),
        Value::Object(map) => write_object(map, limit, depth, blocks),
        Value::Array(all) => write_array(all, limit, depth, blocks),
        Value::String(text) if depth == 0 && !text.is_empty() => blocks.push(text.clone()),
        scalar_value => blocks.push(scalar(scalar_value)),
    }
}

fn write_object(map: &Map<String, Value>, limit: usize, depth: usize, blocks: &mut Vec<String>) {
    let flat: Vec<_> = map
        .iter()
        .filter(|(_, value)| !nests(value))
        .map(|(key, value)| format!("- **{}:** {}", name(key), scalar(value)))
        .collect();
    if !flat.is_empty() {
        blocks.push(flat.join("\n"));
    }
    for (key, value) in map.iter().filter(|(_, value)| nests(value)) {
        blocks.push(heading(&name(key), depth));
        write(value, limit, depth + 1, blocks);
    }
}

fn write_array(all: &[Value], limit: usize, depth: usize, blocks: &mut Vec<String>) {
    if !all.iter().any(nests) {
        let lines: Vec<_> = all
            .iter()
            .map(|item| format!("- {}", scalar(item)))
            .collect();
        blocks.push(lines.join("\n"));
    } else if let Some(keys) = columns(all) {
        blocks.push(table(&keys, all));
    } else {
        for (index, item) in all.iter().enumerate() {
            blocks.push(heading(&format!("{}", index + 1), depth));
            write(item, limit, depth + 1, blocks);
        }
    }
}

/// The keys of a table: when every item is an object with the same keys, and none nests.
fn columns(all: &[Value]) -> Option<Vec<&String>> {
    let keys: Vec<_> = all.first()?.as_object()?.keys().collect();
    let fits = |item: &Value| {
        item.as_object().is_some_and(|map| {
            map.len() == keys.len()
                && keys
                    .iter()
                    .all(|key| map.get(*key).is_some_and(|value| !nests(value)))
        })
    };
    (!keys.is_empty() && all.iter().all(fits)).then_some(keys)
}

fn table(keys: &[&String], all: &[Value]) -> String {
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let head = keys
        .iter()
        .map(|key| name(key).replace('|', "\\|"))
        .collect();
    let rule = keys.iter().map(|_| "---".to_owned()).collect();
    let body = all.iter().map(|item| {
        let value = |key: &&String| cell(item.get(key.as_str()).unwrap_or(&Value::Null));
        row(keys.iter().map(value).collect())
    });
    let lines: Vec<_> = [row(head), row(rule)].into_iter().chain(body).collect();
    lines.join("\n")
}

fn heading(text: &str, depth: usize) -> String {
    let level = FIRST_HEADING + depth;
    if level <= DEEPEST_HEADING {
        format!("{} {text}", "#".repeat(level))
    } else {
        format!("**{text}**")
    }
}

/// JSON between fences that are longer than any run of backticks in it.
fn fenced(value: &Value) -> String {
    let json = serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
    let longest = json
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}json\n{json}\n{fence}")
}

fn name(key: &str) -> String {
    if key.is_empty() {
        "\"\"".into()
    } else {
        inline(key)
    }
}

/// Text on one line that markdown reads as text: characters that would start code, emphasis, links
/// or markup are escaped, line breaks become `<br>`.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(c) = chars.next() {
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push_str("<br>");
            }
            '\n' | '\u{2028}' | '\u{2029}' => out.push_str("<br>"),
            // Within a word an underscore is text; escaped it would only cost tokens.
            '_' if word(before) && word(chars.peek().copied()) => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' => out.extend(['\\', c]),
            '#' | '-' | '+' | '>'
                if before.is_none() && matches!(chars.peek(), Some(' ') | None) =>
            {
                out.extend(['\\', c]);
            }
            '#' if before.is_none() => out.extend(['\\', c]),
            _ => out.push(c),
        }
        before = Some(c);
    }
    out
}

fn nests(value: &Value) -> bool {
    match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(all) => !all.is_empty(),
        _ => false,
    }
}

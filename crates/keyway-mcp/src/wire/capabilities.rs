use std::sync::Arc;

use keyway_core::json;
use keyway_core::ports::ClientCapabilities;
use serde_json::value::RawValue;

use super::ObjectEdit;

/// Reads a `ClientCapabilities` object; `None` when it is not an object. An `elicitation` without
/// modes means form mode, as it did before there were modes.
pub fn read_capabilities(raw: &str) -> Option<ClientCapabilities> {
    if !raw.starts_with('{') {
        return None;
    }
    let mut read = ClientCapabilities::default();
    let mut any = false;
    for member in json::members(raw) {
        any = true;
        if !member.value.starts_with('{') {
            continue;
        }
        match member.key.as_ref() {
            "elicitation" => {
                let has = |mode| json::member(member.value, mode).is_some();
                read.elicitation_url = has("url");
                read.elicitation_form = has("form") || !read.elicitation_url;
            }
            "sampling" => read.sampling = true,
            "roots" => read.roots = true,
            _ => {}
        }
    }
    if any {
        read.raw = RawValue::from_string(raw.to_owned())
            .ok()
            .map(Arc::<RawValue>::from);
    }
    Some(read)
}

/// The extension by which a call is answered with the handle of a task (MCP 2026-07-28, Tasks).
pub const TASKS: &str = "io.modelcontextprotocol/tasks";

/// How [`TASKS`] ends, however its slash is written: what lacks this is not read for it.
const TASKS_END: &[u8] = b"/tasks\"";

/// True for a `ClientCapabilities` object that declares tasks.
pub fn declares_tasks(raw: &str) -> bool {
    memchr::memmem::find(raw.as_bytes(), TASKS_END).is_some()
        && json::member(raw, "extensions")
            .and_then(|extensions| json::member(extensions.value, TASKS))
            .is_some_and(|tasks| tasks.value.starts_with('{'))
}

/// The same object without tasks, byte for byte but for that. `None` where it has none.
pub fn without_tasks(raw: &str) -> Option<String> {
    memchr::memmem::find(raw.as_bytes(), TASKS_END)?;
    let extensions = json::member(raw, "extensions")?;
    json::member(extensions.value, TASKS)?;
    let kept: Vec<_> = json::members(extensions.value)
        .filter(|member| member.key != TASKS)
        .map(|member| format!("{}:{}", json::quote(&member.key), member.value))
        .collect();
    let mut edit = ObjectEdit::new(raw);
    edit.set("extensions", format!("{{{}}}", kept.join(",")));
    Some(edit.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_can_be_asked() {
        let read = |text| {
            read_capabilities(text).map(|found| {
                (
                    found.elicitation_form,
                    found.elicitation_url,
                    found.sampling,
                    found.roots,
                )
            })
        };
        assert_eq!(read("{}"), Some((false, false, false, false)));
        assert_eq!(
            read(r#"{"elicitation":{},"roots":{"listChanged":true}}"#),
            Some((true, false, false, true))
        );
        assert_eq!(
            read(r#"{"elicitation":{"url":{}},"sampling":{}}"#),
            Some((false, true, true, false))
        );
        assert_eq!(
            read(r#"{"elicitation":{"url":{},"form":{}}}"#),
            Some((true, true, false, false))
        );
        assert_eq!(read("[]"), None);
    }

    #[test]
    fn tasks_are_found_and_taken_out() {
        let tasks =
            r#"{"roots":{ },"extensions":{"a/tasks":{},"io.modelcontextprotocol/tasks":{}}}"#;
        assert!(declares_tasks(tasks));
        let kept = r#"{"roots":{ },"extensions":{"a/tasks":{}}}"#;
        assert_eq!(without_tasks(tasks).as_deref(), Some(kept));
        let escaped = r#"{"extensions":{"io.modelcontextprotocol\/tasks":{}}}"#;
        assert!(declares_tasks(escaped));
        let kept = r#"{"extensions":{}}"#;
        assert_eq!(without_tasks(escaped).as_deref(), Some(kept));
        for none in [
            "{}",
            r#"{"extensions":{}}"#,
            r#"{"extensions":{"io.modelcontextprotocol/tasks":true}}"#,
            r#"{"io.modelcontextprotocol/tasks":{}}"#,
            r#"{"experimental":{"io.modelcontextprotocol/tasks":{}}}"#,
        ] {
            assert!(!declares_tasks(none), "{none}");
        }
        assert_eq!(
            without_tasks(r#"{"experimental":{"io.modelcontextprotocol/tasks":{}}}"#),
            None
        );
    }
}

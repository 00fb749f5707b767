use std::sync::Arc;

use keyway_core::Problem;
use keyway_core::ports::{Definition, Lists, Upstream};
use serde_json::Value;

use super::error::CallError;
use super::servers::Server;
use crate::text::line;

/// The server of a name, or what was probably meant.
pub(super) fn server(servers: Vec<Server>, name: &str) -> Result<Server, CallError> {
    let known: Vec<String> = servers.iter().map(|one| one.name().to_owned()).collect();
    if let Some(found) = servers.into_iter().find(|one| one.name() == name) {
        return Ok(found);
    }
    let near = nearest(name, known.iter().map(String::as_str));
    let list = if known.is_empty() {
        "no servers are configured; add one with `keyway mcp add`"
    } else {
        "`keyway mcp status` lists the servers"
    };
    let what = format!("MCP server called `{}`", line(name, 128));
    Err(CallError::unknown("unknown_server", &what, near, list))
}

/// The definition of a tool, or what was probably meant.
pub(super) fn tool(lists: &Arc<Lists>, server: &str, name: &str) -> Result<Definition, CallError> {
    if let Some(found) = lists.tools.iter().find(|tool| tool.key == name) {
        return Ok(found.clone());
    }
    let near = nearest(name, lists.tools.iter().map(|tool| tool.key.as_str()));
    let what = format!("tool called `{}` on `{server}`", line(name, 128));
    let list = format!("`keyway mcp tools {server}` lists its tools");
    Err(CallError::unknown("unknown_tool", &what, near, &list))
}

/// The definition of a prompt, or what was probably meant.
pub(super) fn prompt(server: &Server, name: &str) -> Result<Value, CallError> {
    let prompts = Listed::of(server.upstream.as_ref(), ListKind::Prompts);
    let near = nearest(name, prompts.iter().map(|one| one.key.as_str())).map(str::to_owned);
    if let Some(found) = prompts.into_iter().find(|one| one.key == name) {
        return Ok(found.definition);
    }
    let what = format!("prompt called `{}` on `{}`", line(name, 128), server.name());
    let list = format!("`keyway mcp prompts {}` lists its prompts", server.name());
    Err(CallError::unknown(
        "unknown_prompt",
        &what,
        near.as_deref(),
        &list,
    ))
}

/// Holds the arguments of a prompt against what it declares.
pub(super) fn check_prompt_arguments(
    prompt: &Value,
    given: &[(String, String)],
) -> Result<(), CallError> {
    let declared = prompt.get("arguments").and_then(Value::as_array);
    let declared: Vec<(&str, bool)> = declared
        .into_iter()
        .flatten()
        .filter_map(|one| {
            let required = one.get("required").and_then(Value::as_bool) == Some(true);
            Some((one.get("name")?.as_str()?, required))
        })
        .collect();
    let mut problems: Vec<Problem> = declared
        .iter()
        .filter(|(name, required)| *required && !given.iter().any(|(one, _)| one == name))
        .map(|(name, _)| Problem {
            pointer: format!("/{}", line(name, 128)),
            expected: "a value: this argument is required".into(),
        })
        .collect();
    for (name, _) in given {
        if declared.iter().all(|(one, _)| one != name) {
            let names: Vec<_> = declared.iter().map(|(name, _)| line(name, 128)).collect();
            problems.push(Problem {
                pointer: "/*".into(),
                expected: format!("no arguments besides: {}", names.join(", ")),
            });
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    let mut error = CallError::arguments(problems);
    error.message = "the arguments do not fit the prompt; nothing was sent".into();
    Err(error)
}

/// The candidate that was probably meant: the same but for case and punctuation, or nearly.
pub(super) fn nearest<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let plain = |name: &str| -> String {
        let kept = name.chars().filter(|c| c.is_alphanumeric());
        kept.flat_map(char::to_lowercase).collect()
    };
    let wanted = plain(typed);
    let same = candidates
        .clone()
        .into_iter()
        .find(|candidate| plain(candidate) == wanted);
    let allowed = (typed.chars().count() / 3).clamp(1, 3);
    same.or_else(|| {
        candidates
            .into_iter()
            .map(|candidate| (strsim::osa_distance(typed, candidate), candidate))
            .filter(|(distance, _)| *distance <= allowed)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, candidate)| candidate)
    })
}

/// Something a server lists, as far as people and programs need it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Listed {
    /// The server.
    pub server: String,
    /// The tool's or prompt's name, the resource's URI, or the URI template.
    pub key: String,
    /// The item as the server wrote it.
    pub definition: Value,
}

impl Listed {
    /// What one server lists.
    pub fn of(upstream: &dyn Upstream, kind: ListKind) -> Vec<Self> {
        let lists = upstream.lists();
        let items = match kind {
            ListKind::Tools => &lists.tools,
            ListKind::Resources => &lists.resources,
            ListKind::Templates => &lists.templates,
            ListKind::Prompts => &lists.prompts,
        };
        let listed = items.iter().map(|item| Self {
            server: upstream.key().to_owned(),
            key: item.key.clone(),
            definition: item.json.read().unwrap_or_default(),
        });
        listed.collect()
    }

    /// A text member, ready to be shown on one line.
    pub fn text(&self, member: &str) -> Option<String> {
        let text = self.definition.get(member)?.as_str()?;
        Some(line(text, 500))
    }
}

/// Which of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// Tools.
    Tools,
    /// Resources.
    Resources,
    /// Resource templates.
    Templates,
    /// Prompts.
    Prompts,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_probably_meant_is_found() {
        let known = ["read_text_file", "write_file", "list_directory"];
        assert_eq!(nearest("readTextFile", known), Some("read_text_file"));
        assert_eq!(nearest("write-file", known), Some("write_file"));
        assert_eq!(nearest("lst_directory", known), Some("list_directory"));
        assert_eq!(nearest("delete_everything", known), None);
    }
}

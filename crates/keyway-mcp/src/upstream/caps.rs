use keyway_core::json;
use keyway_core::ports::ClientCapabilities;

use crate::wire::without_tasks;

/// What a server says it offers (MCP `ServerCapabilities`), as far as it matters here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent capabilities of the protocol"
)]
pub(super) struct ServerCaps {
    pub(super) tools: bool,
    pub(super) tools_changed: bool,
    pub(super) prompts: bool,
    pub(super) prompts_changed: bool,
    pub(super) resources: bool,
    pub(super) resources_changed: bool,
    pub(super) subscribe: bool,
    pub(super) logging: bool,
    pub(super) completions: bool,
}

impl ServerCaps {
    /// Reads a capabilities object; anything else offers nothing.
    pub(super) fn read(object: &str) -> Self {
        let mut caps = Self::default();
        for member in json::members(object) {
            if !member.value.starts_with('{') {
                continue;
            }
            let changed = flag(member.value, "listChanged");
            match member.key.as_ref() {
                "tools" => (caps.tools, caps.tools_changed) = (true, changed),
                "prompts" => (caps.prompts, caps.prompts_changed) = (true, changed),
                "resources" => {
                    (caps.resources, caps.resources_changed) = (true, changed);
                    caps.subscribe = flag(member.value, "subscribe");
                }
                "logging" => caps.logging = true,
                "completions" => caps.completions = true,
                _ => {}
            }
        }
        caps
    }

    /// True when the server announces changes of any kind.
    pub(super) fn announces(self) -> bool {
        self.tools_changed || self.prompts_changed || self.resources_changed
    }
}

fn flag(object: &str, key: &str) -> bool {
    json::member(object, key).is_some_and(|member| member.value == "true")
}

/// What a connection that all callers share declares to a legacy server: everything any of them may
/// be able to do. Whether a given caller can is found out when it is asked.
pub(super) const SHARED: &str = r#"{"elicitation":{"form":{},"url":{}},"sampling":{},"roots":{}}"#;

/// Appends a `ClientCapabilities` object: the client's own words, or the same in ours.
pub(super) fn write_capabilities(out: &mut String, caps: &ClientCapabilities) {
    if let Some(raw) = &caps.raw {
        // A task of the server's could not be asked about here.
        let kept = without_tasks(raw.get());
        out.push_str(kept.as_deref().unwrap_or_else(|| raw.get()));
        return;
    }
    let elicitation = match (caps.elicitation_form, caps.elicitation_url) {
        (true, true) => r#""elicitation":{"form":{},"url":{}}"#,
        (true, false) => r#""elicitation":{"form":{}}"#,
        (false, true) => r#""elicitation":{"url":{}}"#,
        (false, false) => "",
    };
    let sampling = if caps.sampling {
        r#""sampling":{}"#
    } else {
        ""
    };
    let roots = if caps.roots { r#""roots":{}"# } else { "" };
    out.push('{');
    let mut first = true;
    for part in [elicitation, sampling, roots] {
        if part.is_empty() {
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        out.push_str(part);
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_read_and_written() {
        let caps = ServerCaps::read(
            r#"{"tools":{"listChanged":true},"resources":{"subscribe":true},"logging":{},"completions":{},"x":1}"#,
        );
        assert!(caps.tools && caps.tools_changed && caps.announces() && caps.logging);
        assert!(caps.resources && !caps.resources_changed && caps.subscribe && !caps.prompts);
        assert!(caps.completions && !ServerCaps::read("{}").completions);
        let mut out = String::new();
        let client = ClientCapabilities {
            elicitation_url: true,
            roots: true,
            ..ClientCapabilities::default()
        };
        write_capabilities(&mut out, &client);
        assert_eq!(out, r#"{"elicitation":{"url":{}},"roots":{}}"#);
    }
}

use std::sync::Arc;

use keyway_core::json;
use keyway_core::ports::ClientCapabilities;
use serde_json::value::RawValue;

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
}

use keyway_core::json;
use keyway_core::rpc::RawJson;

/// An item as an upstream wrote it, with one member's value replaced and every other byte kept.
/// `None` for an item that lacks the member.
pub(super) fn renamed(item: &RawJson, member: &str, value: &str) -> Option<RawJson> {
    let text = item.as_str();
    let quoted = json::quote(value);
    // Should the member stand there twice, both are replaced: readers differ in which one counts.
    let edits: Vec<_> = json::members(text)
        .filter(|found| found.key == member)
        .map(|found| (found.value_range, quoted.as_str()))
        .collect();
    if edits.is_empty() {
        return None;
    }
    RawJson::parse(json::splice(text, &edits).into()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> RawJson {
        RawJson::parse(text.to_owned().into()).unwrap()
    }

    #[test]
    fn replaces_the_name_and_keeps_every_other_byte() {
        let item = raw(r#"{ "x" : 1.50e+3, "name" :"a\u0062", "name": "b","_meta":{"name":"n"} }"#);
        let new = renamed(&item, "name", "mcp__s__\"q").unwrap();
        assert_eq!(
            new.as_str(),
            r#"{ "x" : 1.50e+3, "name" :"mcp__s__\"q", "name": "mcp__s__\"q","_meta":{"name":"n"} }"#
        );
        assert!(renamed(&raw(r#"{"title":"x"}"#), "name", "y").is_none());
    }
}

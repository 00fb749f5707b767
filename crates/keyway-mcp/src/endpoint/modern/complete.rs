//! What every result of the revision carries, added where it is missing.

use std::ops::Range;

use keyway_core::json;

use crate::wire::{Id, meta};

/// What a result lacks, and where it goes. Found in one pass.
#[derive(Debug, Default)]
struct Gaps {
    result_type: Option<bool>,
    has_ttl: bool,
    has_scope: bool,
    /// Where `_meta` ends, when it is an object, whether it is empty, and whether it names the server.
    meta: Option<(usize, bool, bool)>,
    state: Option<Range<usize>>,
}

/// Writes the answer to a request: the result with `resultType`, the server's identity in `_meta`,
/// and caching hints where they belong, every other byte as it is. `seal` makes our request state
/// of a foreign one and is called for results of type `input_required`.
pub(super) fn complete(
    id: &Id,
    result: &str,
    server: &str,
    cacheable: bool,
    seal: impl FnOnce(&str) -> String,
) -> String {
    let gaps = Gaps::find(result);
    let waits = gaps.result_type == Some(false);
    let mut edits: Vec<(Range<usize>, String)> = Vec::with_capacity(3);
    let mut added = String::new();
    if gaps.result_type.is_none() {
        added.push_str(",\"resultType\":\"complete\"");
    }
    if cacheable && !waits {
        if !gaps.has_ttl {
            added.push_str(",\"ttlMs\":0");
        }
        if !gaps.has_scope {
            added.push_str(",\"cacheScope\":\"private\"");
        }
    }
    match gaps.meta {
        None => {
            added.push_str(",\"_meta\":{");
            added.push_str(server);
            added.push('}');
        }
        Some((_, _, true)) => {}
        Some((end, empty, false)) => {
            let comma = if empty { "" } else { "," };
            edits.push((end..end, format!("{comma}{server}")));
        }
    }
    if let Some(state) = gaps.state.filter(|_| waits) {
        let sealed = seal(result.get(state.clone()).unwrap_or_default());
        edits.push((state, json::quote(&sealed)));
    }
    let end = result.rfind('}').unwrap_or(result.len());
    let is_empty = json::members(result).next().is_none();
    let added = if is_empty {
        added.get(1..).unwrap_or_default()
    } else {
        &added
    };
    edits.sort_by_key(|(range, _)| range.start);
    write(id, result, &edits, end, added)
}

fn write(
    id: &Id,
    result: &str,
    edits: &[(Range<usize>, String)],
    end: usize,
    added: &str,
) -> String {
    let grown: usize = edits.iter().map(|(_, new)| new.len()).sum();
    let mut out =
        String::with_capacity(40 + id.as_str().len() + result.len() + grown + added.len());
    out.push_str("{\"jsonrpc\":\"2.0\",\"id\":");
    out.push_str(id.as_str());
    out.push_str(",\"result\":");
    let mut done = 0;
    for (range, new) in edits {
        out.push_str(result.get(done..range.start).unwrap_or_default());
        out.push_str(new);
        done = range.end;
    }
    out.push_str(result.get(done..end).unwrap_or_default());
    out.push_str(added);
    out.push_str(result.get(end..).unwrap_or_default());
    out.push('}');
    out
}

impl Gaps {
    fn find(result: &str) -> Self {
        let mut gaps = Self::default();
        for member in json::members(result) {
            match member.key.as_ref() {
                "resultType" => gaps.result_type = Some(member.value != "\"input_required\""),
                "ttlMs" => gaps.has_ttl = true,
                "cacheScope" => gaps.has_scope = true,
                "requestState" => gaps.state = Some(member.value_range),
                "_meta" if member.value.starts_with('{') => {
                    let end = member.value_range.end.saturating_sub(1);
                    let empty = json::members(member.value).next().is_none();
                    let named = json::member(member.value, meta::SERVER_INFO).is_some();
                    gaps.meta = Some((end, empty, named));
                }
                "_meta" => gaps.meta = Some((0, true, true)),
                _ => {}
            }
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(result: &str, cacheable: bool) -> String {
        let text = complete(&Id::number(1), result, "\"s\":1", cacheable, |state| {
            format!("sealed {}", state.len())
        });
        text.strip_prefix(r#"{"jsonrpc":"2.0","id":1,"result":"#)
            .and_then(|rest| rest.strip_suffix('}'))
            .unwrap()
            .to_owned()
    }

    #[test]
    fn adds_what_is_missing_and_changes_nothing_else() {
        for (result, wanted) in [
            ("{}", r#"{"resultType":"complete","_meta":{"s":1}}"#),
            (
                r#"{ "content" : [1.50] } "#,
                r#"{ "content" : [1.50] ,"resultType":"complete","_meta":{"s":1}} "#,
            ),
            (
                r#"{"_meta":{},"a":1}"#,
                r#"{"_meta":{"s":1},"a":1,"resultType":"complete"}"#,
            ),
            (
                r#"{"_meta":{"k":{}},"resultType":"complete"}"#,
                r#"{"_meta":{"k":{},"s":1},"resultType":"complete"}"#,
            ),
            (
                r#"{"_meta":{"io.modelcontextprotocol/serverInfo":{}},"resultType":"x"}"#,
                r#"{"_meta":{"io.modelcontextprotocol/serverInfo":{}},"resultType":"x"}"#,
            ),
            (
                r#"{"resultType":"input_required","requestState":"ab","_meta":{"k":1}}"#,
                r#"{"resultType":"input_required","requestState":"sealed 4","_meta":{"k":1,"s":1}}"#,
            ),
            (
                r#"{"requestState":"ab"}"#,
                r#"{"requestState":"ab","resultType":"complete","_meta":{"s":1}}"#,
            ),
        ] {
            assert_eq!(completed(result, false), wanted);
        }
        assert_eq!(
            completed(r#"{"contents":[],"ttlMs":5}"#, true),
            r#"{"contents":[],"ttlMs":5,"resultType":"complete","cacheScope":"private","_meta":{"s":1}}"#
        );
        assert_eq!(
            completed(r#"{"resultType":"input_required"}"#, true),
            r#"{"resultType":"input_required","_meta":{"s":1}}"#
        );
    }
}

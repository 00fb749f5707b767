//! What every result of the revision carries, added where it is missing.

use std::ops::Range;

use keyway_core::json;
use keyway_core::rpc::RpcError;

use crate::wire::{Id, meta, write_error};

/// What a result lacks, and where it goes. Found in one pass.
#[derive(Debug, Default)]
struct Gaps {
    result_type: Option<bool>,
    has_ttl: bool,
    has_scope: bool,
    meta: Option<MetaGap>,
    state: Option<Range<usize>>,
    is_empty: bool,
}

/// What there is of `_meta`.
#[derive(Debug)]
struct MetaGap {
    /// Where its closing brace stands.
    end: usize,
    is_empty: bool,
    names_server: bool,
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
    let trimmed = result.trim_ascii_end();
    if !result.trim_ascii_start().starts_with('{') || !trimmed.ends_with('}') {
        let error = RpcError::new(
            RpcError::INTERNAL_ERROR,
            "the answer to the request is not an object",
        );
        return write_error(Some(id), &error);
    }
    let gaps = Gaps::find(result);
    let waits = gaps.result_type == Some(false);
    let mut out = String::with_capacity(id.as_str().len() + result.len() + server.len() + 128);
    out.push_str("{\"jsonrpc\":\"2.0\",\"id\":");
    out.push_str(id.as_str());
    out.push_str(",\"result\":");
    let mut done = 0;
    let meta = gaps.meta.as_ref().filter(|meta| !meta.names_server);
    let mut sealed = gaps.state.filter(|_| waits).map(|state| {
        let text = json::quote(&seal(result.get(state.clone()).unwrap_or_default()));
        (state, text)
    });
    if matches!((&sealed, meta), (Some((state, _)), Some(meta)) if state.start < meta.end) {
        done = replace(&mut out, result, done, sealed.take());
    }
    if let Some(meta) = meta {
        out.push_str(result.get(done..meta.end).unwrap_or_default());
        done = meta.end;
        if !meta.is_empty {
            out.push(',');
        }
        out.push_str(server);
    }
    done = replace(&mut out, result, done, sealed);
    let end = trimmed.len().saturating_sub(1);
    out.push_str(result.get(done..end).unwrap_or_default());
    let mut separator = if gaps.is_empty { "" } else { "," };
    let mut add = |parts: &[&str]| {
        out.push_str(separator);
        separator = ",";
        for part in parts {
            out.push_str(part);
        }
    };
    if gaps.result_type.is_none() {
        add(&["\"resultType\":\"complete\""]);
    }
    if cacheable && !waits {
        if !gaps.has_ttl {
            add(&["\"ttlMs\":0"]);
        }
        if !gaps.has_scope {
            add(&["\"cacheScope\":\"private\""]);
        }
    }
    if gaps.meta.is_none() {
        add(&["\"_meta\":{", server, "}"]);
    }
    out.push_str(result.get(end..).unwrap_or_default());
    out.push('}');
    out
}

/// Writes up to and over a part that has a new text; returns from where to go on.
fn replace(
    out: &mut String,
    text: &str,
    done: usize,
    part: Option<(Range<usize>, String)>,
) -> usize {
    let Some((range, new)) = part else {
        return done;
    };
    out.push_str(text.get(done..range.start).unwrap_or_default());
    out.push_str(&new);
    range.end
}

impl Gaps {
    fn find(result: &str) -> Self {
        let mut gaps = Self {
            is_empty: true,
            ..Self::default()
        };
        for member in json::members(result) {
            gaps.is_empty = false;
            match member.key.as_ref() {
                "resultType" => gaps.result_type = Some(member.value != "\"input_required\""),
                "ttlMs" => gaps.has_ttl = true,
                "cacheScope" => gaps.has_scope = true,
                "requestState" => gaps.state = Some(member.value_range),
                "_meta" if member.value.starts_with('{') => {
                    gaps.meta = Some(MetaGap {
                        end: member.value_range.end.saturating_sub(1),
                        is_empty: json::members(member.value).next().is_none(),
                        names_server: json::member(member.value, meta::SERVER_INFO).is_some(),
                    });
                }
                // Something else stands there; it is left alone.
                "_meta" => {
                    gaps.meta = Some(MetaGap {
                        end: 0,
                        is_empty: true,
                        names_server: true,
                    });
                }
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
                r#"{"_meta":{"k":1},"requestState":"ab","resultType":"input_required"}"#,
                r#"{"_meta":{"k":1,"s":1},"requestState":"sealed 4","resultType":"input_required"}"#,
            ),
            (
                r#"{"_meta":null}"#,
                r#"{"_meta":null,"resultType":"complete"}"#,
            ),
            (
                r#"{"requestState":"ab"}"#,
                r#"{"requestState":"ab","resultType":"complete","_meta":{"s":1}}"#,
            ),
        ] {
            assert_eq!(completed(result, false), wanted);
        }
        let broken = complete(&Id::number(1), "[]", "\"s\":1", false, str::to_owned);
        assert!(broken.contains("-32603"), "{broken}");
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

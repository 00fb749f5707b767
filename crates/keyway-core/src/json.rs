//! JSON as text: bounds checked before anything is built from it, members found and replaced
//! without touching a byte of the rest.

use std::borrow::Cow;
use std::ops::Range;

/// Bounds of a JSON text from an untrusted side.
///
/// ```
/// use keyway_core::json::{Bounds, OutOfBounds, check};
///
/// let bounds = Bounds { depth: 2, ..Bounds::default() };
/// assert_eq!(check(b"[[1]]", bounds), Ok(()));
/// assert_eq!(check(b"[[[1]]]", bounds), Err(OutOfBounds::Depth(2)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most bytes.
    pub bytes: usize,
    /// How deep arrays and objects may nest.
    pub depth: usize,
    /// The most values and keys.
    pub nodes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            bytes: 4 << 20,
            depth: 128,
            nodes: 400_000,
        }
    }
}

/// Which bound a text breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutOfBounds {
    /// Too long.
    #[error("the JSON text is longer than {0} bytes")]
    Bytes(usize),
    /// Too deep.
    #[error("the JSON text nests deeper than {0} levels")]
    Depth(usize),
    /// Too many values.
    #[error("the JSON text has more than {0} values")]
    Nodes(usize),
}

/// Checks a text against bounds in one pass and without allocating. Says nothing about whether the
/// text is well-formed: of malformed text it counts what it can.
pub fn check(text: &[u8], bounds: Bounds) -> Result<(), OutOfBounds> {
    if text.len() > bounds.bytes {
        return Err(OutOfBounds::Bytes(bounds.bytes));
    }
    let (mut depth, mut nodes) = (0usize, 1usize);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => at = string_end(text, at),
            b'{' | b'[' => {
                depth += 1;
                nodes += 1;
                if depth > bounds.depth {
                    return Err(OutOfBounds::Depth(bounds.depth));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' | b':' => nodes += 1,
            _ => {}
        }
        at += 1;
    }
    if nodes > bounds.nodes {
        return Err(OutOfBounds::Nodes(bounds.nodes));
    }
    Ok(())
}

/// One member of an object, as ranges of the object's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// The key, unescaped.
    pub key: Cow<'a, str>,
    /// Where the key stands, quotes included.
    pub key_range: Range<usize>,
    /// Where the value stands.
    pub value_range: Range<usize>,
    /// The value as it is written.
    pub value: &'a str,
}

/// The members of a well-formed JSON object, in order. Anything but an object has none.
///
/// ```
/// let keys: Vec<_> = keyway_core::json::members(r#"{"a":1,"b":[2]}"#).map(|m| m.key).collect();
/// assert_eq!(keys, ["a", "b"]);
/// ```
pub fn members(object: &str) -> Members<'_> {
    let start = skip_space(object.as_bytes(), 0);
    let at = if object.as_bytes().get(start) == Some(&b'{') {
        start + 1
    } else {
        object.len()
    };
    Members { text: object, at }
}

/// The member called `key`; the last one, should there be several.
///
/// ```
/// let found = keyway_core::json::member(r#"{"a": 1.50}"#, "a").unwrap();
/// assert_eq!(found.value, "1.50");
/// ```
pub fn member<'a>(object: &'a str, key: &str) -> Option<Member<'a>> {
    members(object).filter(|member| member.key == key).last()
}

/// The items of a well-formed JSON array, in order. Anything but an array has none.
///
/// ```
/// let items: Vec<_> = keyway_core::json::items(r#"[1, {"a": 2}]"#).collect();
/// assert_eq!(items, ["1", r#"{"a": 2}"#]);
/// ```
pub fn items(array: &str) -> Items<'_> {
    let start = skip_space(array.as_bytes(), 0);
    let at = if array.as_bytes().get(start) == Some(&b'[') {
        start + 1
    } else {
        array.len()
    };
    Items { text: array, at }
}

/// The text with some ranges replaced. The ranges must not overlap and must come in order.
///
/// ```
/// use keyway_core::json::{member, splice};
///
/// let text = r#"{"name":"a", "n":1e3}"#;
/// let name = member(text, "name").unwrap();
/// assert_eq!(splice(text, &[(name.value_range, "\"b\"")]), r#"{"name":"b", "n":1e3}"#);
/// ```
pub fn splice(text: &str, edits: &[(Range<usize>, &str)]) -> String {
    let grown: usize = edits.iter().map(|(_, new)| new.len()).sum();
    let mut out = String::with_capacity(text.len() + grown);
    let mut done = 0;
    for (range, new) in edits {
        out.push_str(text.get(done..range.start).unwrap_or_default());
        out.push_str(new);
        done = range.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Writes text as a JSON string, quotes included.
///
/// ```
/// assert_eq!(keyway_core::json::quote("say \"hi\""), r#""say \"hi\"""#);
/// ```
pub fn quote(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Iterator over the members of an object. See [`members`].
#[derive(Debug, Clone)]
pub struct Members<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        let bytes = self.text.as_bytes();
        let key_start = skip_separators(bytes, self.at);
        if bytes.get(key_start) != Some(&b'"') {
            self.at = bytes.len();
            return None;
        }
        let key_end = string_end(bytes, key_start) + 1;
        let colon = skip_space(bytes, key_end);
        let start = skip_space(bytes, colon + 1);
        let end = value_end(bytes, start);
        self.at = end;
        let key = self.text.get(key_start..key_end)?;
        Some(Member {
            key: unquote(key),
            key_range: key_start..key_end,
            value_range: start..end,
            value: self.text.get(start..end)?,
        })
    }
}

/// Iterator over the items of an array. See [`items`].
#[derive(Debug, Clone)]
pub struct Items<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let start = skip_separators(bytes, self.at);
        if matches!(bytes.get(start), None | Some(b']')) {
            self.at = bytes.len();
            return None;
        }
        let end = value_end(bytes, start);
        self.at = end.max(start + 1);
        self.text.get(start..end)
    }
}

/// A JSON string without its quotes and escapes.
///
/// ```
/// assert_eq!(keyway_core::json::unquote(r#""a\nb""#), "a\nb");
/// ```
pub fn unquote(quoted: &str) -> Cow<'_, str> {
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(plain) if !plain.contains('\\') => Cow::Borrowed(plain),
        _ => serde_json::from_str(quoted).map_or(Cow::Borrowed(""), Cow::Owned),
    }
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

fn skip_separators(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r' | b',')) {
        at += 1;
    }
    at
}

/// The index of the quote that closes the string opened at `open`.
fn string_end(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += found;
        if bytes.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// The index just past the value that starts at `start`.
fn value_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = string_end(bytes, at);
                if depth == 0 {
                    return (at + 1).min(bytes.len());
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return if depth == 1 { at + 1 } else { at },
            b'}' | b']' => depth -= 1,
            b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_members_and_items_and_replaces_only_them() {
        let text = r#" { "a" : [1, {"b":"]"}] , "n\u0061me":"x\"y","z":1.50e+3,"last":{} } "#;
        let found: Vec<_> = members(text)
            .map(|m| (m.key.into_owned(), m.value))
            .collect();
        assert_eq!(
            found,
            [
                ("a".to_owned(), r#"[1, {"b":"]"}]"#),
                ("name".to_owned(), r#""x\"y""#),
                ("z".to_owned(), "1.50e+3"),
                ("last".to_owned(), "{}"),
            ]
        );
        assert_eq!(items(found[0].1).collect::<Vec<_>>(), ["1", r#"{"b":"]"}"#]);
        let name = member(text, "name").unwrap();
        let spliced = splice(text, &[(name.value_range, "\"new\"")]);
        assert_eq!(spliced, text.replace(r#""x\"y""#, "\"new\""));
        assert_eq!(
            members("{}").count() + items("[]").count() + items("[ ]").count(),
            0
        );
    }

    #[test]
    fn refuses_deep_and_wide_text() {
        let deep = "[".repeat(129);
        assert_eq!(
            check(deep.as_bytes(), Bounds::default()),
            Err(OutOfBounds::Depth(128))
        );
        let wide = format!("[{}]", "{},".repeat(400_000));
        assert_eq!(
            check(wide.as_bytes(), Bounds::default()),
            Err(OutOfBounds::Nodes(400_000))
        );
        assert_eq!(
            check(
                br#"["[[[[", 1]"#,
                Bounds {
                    depth: 1,
                    ..Bounds::default()
                }
            ),
            Ok(())
        );
    }
}

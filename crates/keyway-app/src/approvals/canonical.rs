//! One form for JSON that means the same, to be hashed. Members are sorted and texts are written one way
//! (RFC 8785); numbers stay as they were written, and so does a name that comes twice: what another
//! reader could take for something else never has the same form.

use aws_lc_rs::digest::{Context, SHA256};
use keyway_core::json;
use keyway_store::Hash;

use crate::credentials::CredentialChoice;

/// What hashes of calls are of, and of nothing else.
const CALL: &[u8] = b"keyway approval call 1";
const DEFINITION: &[u8] = b"keyway approval definition 1";

/// JSON in its one form. The text is valid and within its bounds.
pub(super) fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    write(text.trim(), &mut out);
    out
}

/// What an approval is bound to beside the definition: the tool, the arguments in their one form, and
/// the credentials that the call chooses.
pub(super) fn call_hash(tool: &str, arguments: &str, chosen: &CredentialChoice) -> Hash {
    let chosen = chosen.to_meta().map(|meta| canonical(&meta.to_string()));
    hash(CALL, &[tool, arguments, &chosen.unwrap_or_default()])
}

/// What a definition is recognised by.
pub(super) fn definition_hash(definition: &str) -> Hash {
    hash(DEFINITION, &[&canonical(definition)])
}

fn hash(domain: &[u8], parts: &[&str]) -> Hash {
    let mut digest = Context::new(&SHA256);
    digest.update(domain);
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        digest.update(&length.to_be_bytes());
        digest.update(part.as_bytes());
    }
    let mut hash = Hash::default();
    hash.copy_from_slice(digest.finish().as_ref());
    hash
}

fn write(value: &str, out: &mut String) {
    match value.as_bytes().first() {
        Some(b'{') => object(value, out),
        Some(b'[') => {
            out.push('[');
            for (index, item) in json::items(value).enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item.trim(), out);
            }
            out.push(']');
        }
        Some(b'"') => out.push_str(&text(value)),
        _ => out.push_str(value),
    }
}

fn object(value: &str, out: &mut String) {
    let name = |range| text(value.get(range).unwrap_or_default());
    let mut members: Vec<_> = json::members(value)
        .map(|member| (name(member.key_range), member.value))
        .collect();
    members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    out.push('{');
    for (index, (key, value)) in members.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(key);
        out.push(':');
        write(value.trim(), out);
    }
    out.push('}');
}

/// A text written one way. Half of a pair, which no text can hold, stays as it was written.
fn text(quoted: &str) -> String {
    match serde_json::from_str::<String>(quoted) {
        Ok(plain) => json::quote(&plain),
        Err(_) => quoted.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_has_one_form() {
        let one = canonical(r#" { "b" : [ 1 , {"z":null,"a":true} ], "a\u0041":"\u00e9\/" } "#);
        assert_eq!(one, "{\"aA\":\"é/\",\"b\":[1,{\"a\":true,\"z\":null}]}");
        assert_eq!(canonical(&one), one);
    }

    #[test]
    fn what_somebody_could_read_otherwise_has_another_form() {
        for (one, other) in [
            (r#"{"a":1}"#, r#"{"a":1.0}"#),
            (
                r#"{"a":12345678901234567890123}"#,
                r#"{"a":12345678901234567890124}"#,
            ),
            (r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#),
            (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
            (r#"["\ud800"]"#, r#"["\ud801"]"#),
            (r#"{"\ud800":1}"#, r#"{"":1}"#),
            (r#"{"a":null}"#, "{}"),
        ] {
            assert_ne!(canonical(one), canonical(other));
        }
    }

    #[test]
    fn a_call_is_its_tool_its_arguments_and_its_credentials() {
        let plain = CredentialChoice::default();
        let other = CredentialChoice {
            instances: vec![("acme".into(), "live".into())],
            ..CredentialChoice::default()
        };
        let base = call_hash("t", "{}", &plain);
        assert_eq!(base, call_hash("t", "{}", &plain));
        assert_ne!(base, call_hash("t{", "}", &plain));
        assert_ne!(base, call_hash("t", "{}", &other));
    }
}

use keyway_core::json;
use keyway_core::rpc::RawJson;

use crate::audit::sha256_hex;

/// The members of a definition that a model or a client acts on.
const MEMBERS: [&str; 6] = [
    "name",
    "title",
    "description",
    "inputSchema",
    "outputSchema",
    "annotations",
];

/// The hash a definition is pinned and approved by: SHA-256 over its name, title, description, schemas
/// and annotations in a canonical form, as `sha256:` and hexadecimal digits. White space, the order of
/// members and how a string is escaped make no difference; a member that stands there twice does.
///
/// ```
/// use keyway_app::trust::definition_hash;
/// use keyway_core::rpc::RawJson;
///
/// let hash = |text: &str| definition_hash(&RawJson::parse(text.to_owned().into()).unwrap());
/// assert_eq!(hash(r#"{"name":"a","_meta":1}"#), hash(r#"{ "name" : "\u0061" }"#));
/// assert_ne!(hash(r#"{"name":"a"}"#), hash(r#"{"name":"a","name":"b"}"#));
/// ```
pub fn definition_hash(definition: &RawJson) -> String {
    let mut text = String::with_capacity(definition.as_str().len());
    let mut members: Vec<_> = json::members(definition.as_str())
        .filter(|member| MEMBERS.contains(&member.key.as_ref()))
        .collect();
    members.sort_by(|one, other| one.key.cmp(&other.key));
    write_members(
        &mut text,
        members.iter().map(|member| (&*member.key, member.value)),
    );
    format!("sha256:{}", sha256_hex(text.as_bytes()))
}

fn write(out: &mut String, value: &str) {
    match value.as_bytes().first() {
        Some(b'{') => {
            let mut members: Vec<_> = json::members(value).collect();
            // Stable: of members with the same key the order counts.
            members.sort_by(|one, other| one.key.cmp(&other.key));
            write_members(
                out,
                members.iter().map(|member| (&*member.key, member.value)),
            );
        }
        Some(b'[') => {
            out.push('[');
            for item in json::items(value) {
                write(out, item);
                out.push(',');
            }
            out.push(']');
        }
        Some(b'"') => match serde_json::from_str::<String>(value) {
            Ok(text) => out.push_str(&json::quote(&text)),
            // Half of a pair of surrogates: as it is written.
            Err(_) => out.push_str(value),
        },
        _ => out.push_str(value),
    }
}

fn write_members<'a>(out: &mut String, members: impl Iterator<Item = (&'a str, &'a str)>) {
    out.push('{');
    for (key, value) in members {
        out.push_str(&json::quote(key));
        out.push(':');
        write(out, value);
        out.push(',');
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> String {
        definition_hash(&RawJson::parse(text.to_owned().into()).unwrap())
    }

    #[test]
    fn only_what_is_acted_on_counts_and_however_it_is_written() {
        let plain = hash(
            r#"{"name":"t","description":"d\n","inputSchema":{"type":"object","required":["a","b"]}}"#,
        );
        let same = r#" {"inputSchema": { "required":["a", "b"],"type":"object"} ,
            "description":"\u0064\u000a", "icons":[{"src":"x"}], "_meta":{}, "name":"t"}"#;
        assert_eq!(plain, hash(same));
        for other in [
            r#"{"name":"t","description":"d","inputSchema":{"type":"object","required":["a","b"]}}"#,
            r#"{"name":"t","description":"d\n","inputSchema":{"type":"object","required":["b","a"]}}"#,
            r#"{"name":"t","title":"","description":"d\n","inputSchema":{"type":"object","required":["a","b"]}}"#,
            r#"{"name":"t","description":"d\n","inputSchema":{"type":"object","required":["a","b"]},"annotations":{}}"#,
            r#"{"name":"t","description":"x","description":"d\n","inputSchema":{"type":"object","required":["a","b"]}}"#,
        ] {
            assert_ne!(plain, hash(other), "{other}");
        }
        assert_ne!(
            hash(r#"{"name":"t","description":"\ud800a"}"#),
            hash(r#"{"name":"t","description":"\ud800b"}"#)
        );
        assert_ne!(hash(r#"{"name":["a","b"]}"#), hash(r#"{"name":["a,b"]}"#));
    }
}

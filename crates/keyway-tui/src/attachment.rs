//! What is added to a message: a resource's text, marked so that it can be folded away.

const BEGIN: &str = "\n\n<resource server=\"";
const END: &str = "\n</resource>";

/// The part of a message that the person wrote.
pub(crate) fn written(message: &str) -> &str {
    message
        .find(BEGIN)
        .and_then(|at| message.get(..at))
        .unwrap_or(message)
}

/// What was attached: `server:uri` and how many lines.
pub(crate) fn attached(message: &str) -> Vec<(String, usize)> {
    let parts = message.split(BEGIN).skip(1);
    let read = |part: &str| {
        let (server, rest) = part.split_once("\" uri=\"")?;
        let (uri, body) = rest.split_once("\">\n")?;
        let body = body.split_once(END).map_or(body, |(body, _)| body);
        Some((format!("{server}:{uri}"), body.lines().count()))
    };
    parts.filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use keyway_client::mentions::attachment;
    use keyway_core::rpc::RawJson;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_attached_is_told_apart_from_what_was_written() {
        let read = json!({ "contents": [{ "uri": "file:///a", "text": "look\nhere" }] });
        let read = RawJson::parse(read.to_string().into()).unwrap();
        let message = format!("read this\n\n{}", attachment("git", "file:///a", &read));
        assert_eq!(written(&message), "read this");
        assert_eq!(attached(&message), [("git:file:///a".to_owned(), 2)]);
        assert_eq!(written("plain"), "plain");
    }
}

//! What is added to a message: a resource's text, marked so that a reader can fold it away.

const BEGIN: &str = "\n\n<attachment ";
const END: &str = "\n</attachment>";

/// A resource's text as a part of a message.
pub fn attach(server: &str, uri: &str, text: &str) -> String {
    let safe = |value: &str| value.replace(['"', '<', '>', '\n'], "_");
    // The text cannot end its own attachment.
    let text = text.replace("</attachment>", "<\u{2f}attachment >");
    format!(
        "{BEGIN}server=\"{}\" uri=\"{}\">\n{text}{END}",
        safe(server),
        safe(uri)
    )
}

/// The part of a message that the person wrote.
pub fn written(message: &str) -> &str {
    message
        .find(BEGIN)
        .and_then(|at| message.get(..at))
        .unwrap_or(message)
}

/// What was attached: `server:uri` and how many lines.
pub(crate) fn attached(message: &str) -> Vec<(String, usize)> {
    message
        .split(BEGIN)
        .skip(1)
        .filter_map(|part| {
            let (head, body) = part.split_once(">\n")?;
            let value = |name: &str| {
                let (_, after) = head.split_once(&format!("{name}=\""))?;
                after.split_once('"').map(|(value, _)| value)
            };
            let body = body.split_once(END).map_or(body, |(body, _)| body);
            let name = format!("{}:{}", value("server")?, value("uri")?);
            Some((name, body.lines().count()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_attached_is_told_apart_from_what_was_written() {
        let text = "look</attachment>\nhere";
        let message = format!("read this{}", attach("git", "file:///a\"b", text));
        assert_eq!(written(&message), "read this");
        assert_eq!(attached(&message), [("git:file:///a_b".to_owned(), 2)]);
        assert_eq!(message.matches("</attachment>").count(), 1);
        assert_eq!(written("plain"), "plain");
    }
}

/// A part of a template as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Literal(&'a str),
    Expression(&'a str),
}

/// Takes a template apart. Only expressions have a meaning: what repeats or leaves out parts of a text
/// could change what the text around them is.
pub(super) fn split(text: &str) -> Result<Vec<Part<'_>>, &'static str> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let Some((before, after)) = rest.split_once("{{") else {
            literal(rest, &mut parts)?;
            return Ok(parts);
        };
        literal(before, &mut parts)?;
        let end = end_of(after).ok_or("`{{` has no `}}`")?;
        let (inside, after) = after.split_at_checked(end).unwrap_or((after, ""));
        if inside.starts_with('-') || inside.ends_with('-') {
            return Err("`{{-` and `-}}` have no meaning here");
        }
        parts.push(Part::Expression(inside.trim()));
        rest = after.get(2..).unwrap_or_default();
    }
}

fn literal<'a>(text: &'a str, parts: &mut Vec<Part<'a>>) -> Result<(), &'static str> {
    if text.contains("{%") || text.contains("{#") {
        return Err(
            "only `{{ … }}` has a meaning here; write `{{ \"{%\" }}` for the characters themselves",
        );
    }
    if !text.is_empty() {
        parts.push(Part::Literal(text));
    }
    Ok(())
}

/// Where the `}}` begins that ends an expression: outside of texts and of braces.
fn end_of(text: &str) -> Option<usize> {
    let (mut quote, mut escaped, mut depth) = (None, false, 0usize);
    for (index, byte) in text.bytes().enumerate() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if byte == b'\\' => escaped = true,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None => match byte {
                b'"' | b'\'' => quote = Some(byte),
                b'{' => depth += 1,
                b'}' if depth > 0 => depth -= 1,
                b'}' if text.as_bytes().get(index + 1) == Some(&b'}') => return Some(index),
                _ => {}
            },
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Part::{Expression, Literal};
    use super::*;

    #[test]
    fn expressions_end_outside_of_texts_and_braces() {
        assert_eq!(split("").unwrap(), []);
        assert_eq!(
            split("a {{ b }}c{{d}}").unwrap(),
            [
                Literal("a "),
                Expression("b"),
                Literal("c"),
                Expression("d")
            ]
        );
        let text = r#"{{ "}}" ~ '\'}}' ~ {"a": {"b": 1}}["a"] }}}"#;
        let found = split(text).unwrap();
        assert_eq!(found.last(), Some(&Literal("}")));
        assert_eq!(found.len(), 2);
        for text in ["{{ a", "{% if a %}", "{# a #}", "{{- a }}", "{{ a -}}"] {
            assert!(split(text).is_err(), "{text}");
        }
        assert_eq!(split("a } }} { b").unwrap(), [Literal("a } }} { b")]);
    }
}

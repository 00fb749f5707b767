use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Where a text lands; it decides how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A segment of a path.
    Segment,
    /// A name or value of a query.
    Query,
    /// A name or value of a form.
    Form,
    /// The value of a header.
    Header,
    /// A text in a JSON document.
    Json,
    /// A text of its own.
    Plain,
    /// Text or an attribute of an XML or HTML document.
    Xml,
}

/// What stands for itself in a path and in a query (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Place {
    /// Writes a text so that it is nothing but text there. The error is what was expected instead.
    pub(crate) fn write(self, text: &str, out: &mut String) -> Result<(), &'static str> {
        match self {
            Self::Segment => {
                if text
                    .split(['/', '\\'])
                    .any(|part| matches!(part, "." | ".."))
                {
                    return Err("a part of a path that leads nowhere else: without `.` and `..`");
                }
                out.extend(utf8_percent_encode(text, RESERVED));
            }
            Self::Query => out.extend(utf8_percent_encode(text, RESERVED)),
            Self::Form => out.extend(url::form_urlencoded::byte_serialize(text.as_bytes())),
            Self::Header => {
                let allowed = |c: char| c == '\t' || (' '..='~').contains(&c);
                if !text.chars().all(allowed) {
                    return Err("text of one line in ASCII: it is sent in a header");
                }
                out.push_str(text);
            }
            Self::Json | Self::Plain => out.push_str(text),
            Self::Xml => text.chars().try_for_each(|c| xml(c, out))?,
        }
        Ok(())
    }
}

fn xml(c: char, out: &mut String) -> Result<(), &'static str> {
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        '\t' | '\n' => out.push(c),
        '\r' => out.push_str("&#13;"),
        c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
            return Err("text without control characters: it is sent in a document");
        }
        c => out.push(c),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_writes_text_as_text() {
        let written = |place: Place, text: &str| {
            let mut out = String::new();
            place.write(text, &mut out).map(|()| out)
        };
        for (place, text, expected) in [
            (
                Place::Segment,
                "a/b?c#d%2F é",
                Some("a%2Fb%3Fc%23d%252F%20%C3%A9"),
            ),
            (Place::Segment, "a.b..c", Some("a.b..c")),
            (Place::Segment, "..", None),
            (Place::Segment, "a/../b", None),
            (Place::Segment, "a\\.", None),
            (Place::Segment, "%2e%2e", Some("%252e%252e")),
            (Place::Query, "a&b=c+d é", Some("a%26b%3Dc%2Bd%20%C3%A9")),
            (Place::Query, "..", Some("..")),
            (Place::Form, "a&b=c+d é", Some("a%26b%3Dc%2Bd+%C3%A9")),
            (Place::Header, "a \"b\"\t~", Some("a \"b\"\t~")),
            (Place::Header, "a\r\nb", None),
            (Place::Header, "a\0", None),
            (Place::Header, "é", None),
            (Place::Header, "\u{7f}", None),
            (Place::Json, "\"},{", Some("\"},{")),
            (Place::Plain, "{{ a }}\r\n", Some("{{ a }}\r\n")),
            (
                Place::Xml,
                "<a b='c'>&\"",
                Some("&lt;a b=&#39;c&#39;&gt;&amp;&quot;"),
            ),
            (Place::Xml, "a\u{1}", None),
        ] {
            assert_eq!(
                written(place, text).ok().as_deref(),
                expected,
                "{place:?} {text}"
            );
        }
    }
}

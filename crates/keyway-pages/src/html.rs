use minijinja::Value;
use serde::{Serialize, Serializer};

/// The name of the form field that carries the CSRF token.
pub const CSRF_FIELD: &str = "csrf";

/// HTML that is written as it is. Everything else in a context is escaped.
///
/// ```
/// let html = keyway_pages::alert("this <b>failed</b>", None);
/// assert!(html.as_str().contains("This &lt;b&gt;failed&lt;/b&gt;"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html(String);

impl Html {
    /// Nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Html {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from_safe_string(self.0.clone()).serialize(serializer)
    }
}

/// The hidden field with the CSRF token. Every form that is posted has one.
pub fn csrf_field(token: &str) -> Html {
    hidden_fields(token, &[])
}

/// Hidden fields: the CSRF token, and names with values. The names should be among
/// [`RESERVED`](crate::RESERVED), so that no field of an application's own form clashes with them.
///
/// ```
/// let html = keyway_pages::hidden_fields("token", &[("next", "/account?\"")]);
/// assert_eq!(
///     html.as_str(),
///     "<input type=\"hidden\" name=\"csrf\" value=\"token\">\n\
///      <input type=\"hidden\" name=\"next\" value=\"/account?&quot;\">\n"
/// );
/// ```
pub fn hidden_fields(token: &str, pairs: &[(&str, &str)]) -> Html {
    let mut html = String::new();
    for (name, value) in std::iter::once(&(CSRF_FIELD, token)).chain(pairs) {
        html.push_str("<input type=\"hidden\" name=\"");
        escape(name, &mut html);
        html.push_str("\" value=\"");
        escape(value, &mut html);
        html.push_str("\">\n");
    }
    Html(html)
}

/// A form that leads a browser to another site with what that site is to be sent. It has no CSRF token: that is
/// nobody else's to know.
///
/// ```
/// let html = keyway_pages::leave_form("https://a.example/new", &[("manifest", "{}")], "Go on");
/// assert!(html.as_str().starts_with("<form method=\"post\" action=\"https://a.example/new\">"));
/// assert!(!html.as_str().contains("csrf"));
/// ```
pub fn leave_form(url: &str, pairs: &[(&str, &str)], label: &str) -> Html {
    let mut html = String::from("<form method=\"post\" action=\"");
    escape(url, &mut html);
    html.push_str("\">\n");
    for (name, value) in pairs {
        html.push_str("<input type=\"hidden\" name=\"");
        escape(name, &mut html);
        html.push_str("\" value=\"");
        escape(value, &mut html);
        html.push_str("\">\n");
    }
    html.push_str("<button type=\"submit\">");
    escape(label, &mut html);
    html.push_str("</button>\n</form>");
    Html(html)
}

/// What went wrong, and what to do about it, as the `errorHtml` of a form.
pub fn alert(message: &str, hint: Option<&str>) -> Html {
    let mut html = String::from("<div class=\"alert\" role=\"alert\"><p>");
    escape(&sentence(message), &mut html);
    html.push_str("</p>");
    if let Some(hint) = hint {
        html.push_str("<p class=\"hint\">");
        escape(&sentence(hint), &mut html);
        html.push_str("</p>");
    }
    html.push_str("</div>");
    Html(html)
}

/// An error's text, which begins small and has no full stop, as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = letters
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    sentence.push_str(letters.as_str());
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?', ':']) {
        sentence.push('.');
    }
    sentence
}

/// Writes a text so that it is a text in HTML, between tags and in quoted attributes.
pub(crate) fn escape(text: &str, html: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            letter if letter.is_control() && letter != '\n' && letter != '\t' => {
                html.push('\u{fffd}');
            }
            letter => html.push(letter),
        }
    }
}

use crate::context::{SAMPLE_MARKUP, SAMPLE_TOKEN};

/// Looks at a page whatever it is for. Answers what is wrong, and what in the template to look for.
pub(super) fn look(html: &str) -> Result<(), (&'static str, &'static str)> {
    let lower = html.to_ascii_lowercase();
    if html.contains(SAMPLE_MARKUP) {
        return Err((
            "writes text from outside as HTML: take `safe` away, and escape it",
            "safe",
        ));
    }
    if lower.contains("<script") {
        return Err((
            "has a script: pages are sent with a policy under which none runs",
            "<script",
        ));
    }
    if lower.contains("<style") {
        return Err((
            "has a style of its own: pages are sent with a policy under which only style sheets \
             count, write it into oauth-common.css",
            "<style",
        ));
    }
    for form in forms(html) {
        let tag = form.split('>').next().unwrap_or_default();
        if !tag.to_ascii_lowercase().contains(r#"method="post""#) {
            return Err((
                "has a form that is not posted: what is entered would end up in addresses, \
                 write method=\"post\"",
                "",
            ));
        }
        let token = format!(r#"name="csrf" value="{SAMPLE_TOKEN}""#);
        if !form.contains(&token) {
            return Err((
                "has a form without the CSRF field: write {{ csrfField }}, or {{ hiddenFields }} \
                 where the page has that, inside it",
                "",
            ));
        }
    }
    Ok(())
}

/// Refuses a page of whose forms none sends something.
pub(super) fn sends(html: &str, wanted: &[(&str, Option<&str>)], what: &str) -> Result<(), String> {
    let forms = forms(html);
    for (name, value) in wanted {
        let name = format!("name=\"{name}\"");
        let value = value.map(|value| format!("value=\"{value}\""));
        let sent = forms.iter().flat_map(|form| form.split('<')).any(|tag| {
            let tag = tag.split('>').next().unwrap_or_default();
            tag.contains(&name) && value.as_ref().is_none_or(|value| tag.contains(value))
        });
        if !sent {
            return Err(format!("has no form that sends {what} ({name})"));
        }
    }
    Ok(())
}

/// The forms of a page, each from its tag to its end.
pub(super) fn forms(html: &str) -> Vec<&str> {
    let rest = html.split("<form").skip(1);
    rest.map(|form| form.split("</form").next().unwrap_or(form))
        .collect()
}

/// The line of the first form.
pub(super) fn first_form(source: &str) -> Option<usize> {
    line_of(source, "<form")
}

/// The line of the first form that sends nothing back, else of the first form.
pub(super) fn bare_form(source: &str) -> Option<usize> {
    let mut at = 0;
    for form in source.split_inclusive("</form") {
        if let Some(begin) = form.find("<form") {
            let body = form.get(begin..).unwrap_or_default();
            if !body.contains("csrfField") && !body.contains("hiddenFields") {
                return Some(line_at(source, at + begin));
            }
        }
        at += form.len();
    }
    first_form(source)
}

/// The line of the first place of a text.
pub(super) fn line_of(source: &str, text: &str) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    source.find(text).map(|at| line_at(source, at))
}

fn line_at(source: &str, at: usize) -> usize {
    let before = source.as_bytes().iter().take(at);
    1 + before.filter(|byte| **byte == b'\n').count()
}

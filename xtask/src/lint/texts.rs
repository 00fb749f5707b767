//! What the console says stands in its texts alone: no template has words of its own, and every text is said.

use std::collections::BTreeSet;
use std::fs;

use crate::Failure;
use crate::workspace::Workspace;

const TEMPLATES: &str = "crates/keyway-pages/templates/console/";
const TEXTS: &str = "crates/keyway-pages/texts/en/";
/// Where keys are named besides templates.
const SOURCES: [&str; 2] = [
    "crates/keyway-http/src/console/",
    "crates/keyway-pages/src/context/console/",
];
/// Attributes that people read or hear.
const ATTRIBUTES: [&str; 4] = ["aria-label=\"", "title=\"", "placeholder=\"", "alt=\""];
/// What the keys of one question end with; code names what they begin with.
const PARTS: [&str; 3] = ["-title", "-body", "-do"];

/// Words in templates, and texts that nothing says.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let (mut findings, mut said, mut keys) = (Vec::new(), String::new(), Vec::new());
    for file in workspace.files()? {
        let template = file.starts_with(TEMPLATES);
        let source = SOURCES.iter().any(|folder| file.starts_with(folder));
        if !template && !source && !file.starts_with(TEXTS) {
            continue;
        }
        let text = fs::read_to_string(workspace.root.join(&file))?;
        if template {
            let words = words(&text).into_iter();
            findings.extend(words.map(|word| format!("{file} says \"{word}\" itself")));
        }
        if template || source {
            said.push_str(&text);
        } else {
            keys.extend(named(&text).map(|key| (file.clone(), key.to_owned())));
        }
    }
    let (literals, beginnings) = (literals(&said), beginnings(&said));
    for (file, key) in &keys {
        if !is_said(key, &literals, &beginnings) {
            findings.push(format!("{file}: nothing says {key}"));
        }
    }
    Ok(findings)
}

/// The keys of a file of texts.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (key, _) = line.split_once(" =")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (!key.is_empty() && key.bytes().all(plain)).then_some(key)
    })
}

/// What stands in quotes.
fn literals(text: &str) -> BTreeSet<&str> {
    text.split('"').collect()
}

/// What keys begin with that templates put together.
fn beginnings(text: &str) -> Vec<&str> {
    let parts = text.split("t(\"").skip(1);
    let beginnings = parts.filter_map(|part| part.split_once('"'));
    beginnings
        .filter(|(_, rest)| rest.trim_start().starts_with('~'))
        .map(|(beginning, _)| beginning)
        .collect()
}

fn is_said(key: &str, literals: &BTreeSet<&str>, beginnings: &[&str]) -> bool {
    let question = PARTS.iter().filter_map(|part| key.strip_suffix(part));
    literals.contains(key)
        || beginnings
            .iter()
            .any(|beginning| key.starts_with(beginning))
        || key
            .strip_prefix("flash-")
            .is_some_and(|code| literals.contains(code))
        || question
            .into_iter()
            .any(|beginning| literals.contains(beginning))
}

/// Words that stand in a template where people see or hear them.
fn words(template: &str) -> Vec<String> {
    let html = without_code(template);
    let mut found = Vec::new();
    let mut rest = html.as_str();
    while let Some((text, after)) = rest.split_once('<') {
        found.extend(word(text));
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        for attribute in ATTRIBUTES {
            let values = tag.split(attribute).skip(1);
            found.extend(values.filter_map(|value| word(value.split('"').next()?)));
        }
        rest = after;
    }
    found.extend(word(rest));
    found
}

/// A text with what looks like a word; single letters are keys, and macros write attributes.
fn word(text: &str) -> Option<String> {
    let attribute = |part: &&str| part.contains("=\"") || *part == "required";
    let mut parts = text.split_whitespace().filter(|part| !attribute(part));
    let found = parts.any(|part| {
        let mut words = part.split(|letter: char| !letter.is_alphabetic());
        words.any(|word| word.chars().count() > 1)
    });
    found.then(|| text.trim().chars().take(60).collect())
}

/// The text of a template without what is in `{{ }}`, `{% %}` and `{# #}`, and without its `<!doctype>`.
fn without_code(template: &str) -> String {
    let mut html = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(begin) = rest.find('{') {
        let (before, code) = rest.split_at(begin);
        html.push_str(before);
        let end = match code.as_bytes().get(1) {
            Some(b'{') => code.find("}}"),
            Some(b'%') => code.find("%}"),
            Some(b'#') => code.find("#}"),
            _ => None,
        };
        let end = end.map_or(1, |end| end + 2);
        rest = code.get(end..).unwrap_or_default();
    }
    html.push_str(rest);
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_template_are_found_where_people_see_or_hear_them() {
        let template = "{# a note #}<!doctype html><p class=\"quiet\">{{ t(\"key\") }} · <kbd>g</kbd></p>\n\
                        {% if x > 1 %}<b title=\"{{ name }}\">–</b>{% endif %}";
        assert!(words(template).is_empty(), "{:?}", words(template));
        assert_eq!(words("<p>Hello {{ name }}</p>"), ["Hello"]);
        assert_eq!(words("<a aria-label=\"Go on\" href=\"/x\"></a>"), ["Go on"]);
    }

    #[test]
    fn a_text_is_said_by_its_key_a_beginning_a_code_or_a_question() {
        let said =
            "t(\"a-b\") t(\"nav-\" ~ key) done(path, \"key-ended\") Confirm::danger(\"end-key\")";
        let (literals, beginnings) = (literals(said), beginnings(said));
        for key in [
            "a-b",
            "nav-tools",
            "flash-key-ended",
            "end-key-title",
            "end-key-do",
        ] {
            assert!(is_said(key, &literals, &beginnings), "{key}");
        }
        for key in ["a-c", "flash-other", "end-other-title", "key-ended-not"] {
            assert!(!is_said(key, &literals, &beginnings), "{key}");
        }
        let keys: Vec<_> = named("# note\na-b = Text\n    [one] x\nc_d =\n    More\n").collect();
        assert_eq!(keys, ["a-b", "c_d"]);
    }
}

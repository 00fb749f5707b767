use keyway_core::names::APP_SLUG;

use super::Kind;

/// Names that a Rust project cannot have: words of the language, crates it would hide, folders that
/// cargo makes, and types that its files use.
const TAKEN_IN_RUST: &[&str] = &[
    "abstract",
    "action",
    "alloc",
    "app",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "context",
    "continue",
    "core",
    "crate",
    "credential",
    "data",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "error",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "ok",
    "option",
    "override",
    "person",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "result",
    "return",
    "secret",
    "self",
    "static",
    "std",
    "string",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// What things are called in a new project.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Names {
    name: String,
    /// What a Rust project depends on, as TOML.
    keyway: String,
}

impl Names {
    /// The names of a project; what is wrong with its name otherwise.
    pub(in crate::cli) fn new(name: &str, kind: Kind, keyway: String) -> Result<Self, String> {
        if !APP_SLUG.allows(name) {
            return Err(format!(
                "expected {}, like `{}`",
                APP_SLUG.expectation(),
                APP_SLUG.example
            ));
        }
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err("a project's name begins with a letter".to_owned());
        }
        let taken = name == "keyway" || kind == Kind::Rust && TAKEN_IN_RUST.contains(&name);
        if taken {
            return Err(format!("`{name}` means something else here already"));
        }
        Ok(Self {
            name: name.to_owned(),
            keyway,
        })
    }

    /// A text with its names.
    pub(super) fn fill(&self, text: &str) -> String {
        let words = || self.name.split('-').map(capital);
        text.replace("__NAME__", &self.name)
            .replace("__TITLE__", &words().collect::<Vec<_>>().join(" "))
            .replace("__TYPE__", &words().collect::<String>())
            .replace("__VARIABLE__", &self.name.to_uppercase().replace('-', "_"))
            .replace("__CRATE__", &self.name.replace('-', "_"))
            .replace("__KEYWAY__", &self.keyway)
            .replace("__KEYWAY_TESTING__", &self.testing())
    }

    /// What the tests of a Rust project depend on: what is beside Keyway.
    fn testing(&self) -> String {
        self.keyway
            .replace("/crates/keyway\"", "/crates/keyway-testing\"")
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_grammar_and_hide_nothing() {
        let new = |name: &str, kind| Names::new(name, kind, String::new());
        for name in ["acme", "acme-billing", "a1-b2"] {
            new(name, Kind::Rust).unwrap();
        }
        for name in [
            "", "Acme", "a_b", "-a", "a--b", "1a", "mcp", "keyway", "../x", "a/b", "é",
        ] {
            new(name, Kind::Manifest).unwrap_err();
        }
        new(&"a".repeat(33), Kind::Manifest).unwrap_err();
        new("match", Kind::Manifest).unwrap();
        for name in ["match", "std", "secret", "test"] {
            new(name, Kind::Rust).unwrap_err();
        }
        let names = new("acme-billing", Kind::Rust).unwrap();
        let filled = names.fill("__NAME__ __TITLE__ __TYPE__ __VARIABLE__ __CRATE__");
        assert_eq!(
            filled,
            "acme-billing Acme Billing AcmeBilling ACME_BILLING acme_billing"
        );
    }
}

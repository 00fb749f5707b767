use std::fmt;

use keyway_core::Secret;

/// Somebody who runs models, and how to reach them. Its `Debug` does not show the URL: a key may be
/// in it.
#[derive(Clone)]
pub struct Vendor {
    /// What comes before the slash in a model's name.
    pub name: String,
    /// What it speaks.
    pub kind: VendorKind,
    /// Where its interface begins, such as `https://api.openai.com/v1/`.
    pub base_url: String,
    /// The API key.
    pub key: Option<Secret<String>>,
    /// The environment variable that holds the key, to be named when it is missing. `None` for a
    /// vendor that needs no key.
    pub key_variable: Option<String>,
}

impl fmt::Debug for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vendor")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("key", &self.key)
            .field("key_variable", &self.key_variable)
            .finish_non_exhaustive()
    }
}

/// What a vendor speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VendorKind {
    /// Anthropic's Messages.
    Anthropic,
    /// `OpenAI`'s Chat Completions, which most others speak as well.
    OpenAi,
    /// Google's Gemini.
    Gemini,
}

impl Vendor {
    /// The vendors that need no configuration but their key. Their keys are for the caller to
    /// fill in: nothing here reads the environment.
    ///
    /// ```
    /// let mut vendors = keyway_agent::model::Vendor::known();
    /// for vendor in &mut vendors {
    ///     if vendor.key_variable.as_deref() == Some("ANTHROPIC_API_KEY") {
    ///         vendor.key = Some(String::from("from the configuration").into());
    ///     }
    /// }
    /// ```
    pub fn known() -> Vec<Self> {
        const KNOWN: [(&str, VendorKind, &str, Option<&str>); 5] = [
            (
                "anthropic",
                VendorKind::Anthropic,
                "https://api.anthropic.com/v1/",
                Some("ANTHROPIC_API_KEY"),
            ),
            (
                "openai",
                VendorKind::OpenAi,
                "https://api.openai.com/v1/",
                Some("OPENAI_API_KEY"),
            ),
            (
                "gemini",
                VendorKind::Gemini,
                "https://generativelanguage.googleapis.com/v1beta/",
                Some("GEMINI_API_KEY"),
            ),
            (
                "ollama",
                VendorKind::OpenAi,
                "http://localhost:11434/v1/",
                None,
            ),
            (
                "openrouter",
                VendorKind::OpenAi,
                "https://openrouter.ai/api/v1/",
                Some("OPENROUTER_API_KEY"),
            ),
        ];
        KNOWN
            .into_iter()
            .map(|(name, kind, base_url, variable)| Self {
                name: name.to_owned(),
                kind,
                base_url: base_url.to_owned(),
                key: None,
                key_variable: variable.map(str::to_owned),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_with_a_vendor_says_no_secret() {
        let vendor = Vendor {
            name: "lab".into(),
            kind: VendorKind::OpenAi,
            base_url: "https://u:canary-password@lab.example/v1?key=canary-query".into(),
            key: Some(Secret::new("canary-key".to_owned())),
            key_variable: Some("LAB_KEY".into()),
        };
        let panicked = std::panic::catch_unwind(|| panic!("{vendor:?} {vendor:#?}"));
        let message = panicked.unwrap_err().downcast::<String>().unwrap();
        assert!(message.contains("LAB_KEY"), "{message}");
        assert!(!message.contains("canary"), "{message}");
    }
}

use std::fmt;
use std::str::FromStr;

/// `vendor/model`: which vendor is asked, and by which name the vendor knows the model.
///
/// Neither is checked against a list: a vendor is whatever is configured, and the model is the
/// vendor's business. The model's own name may hold further slashes.
///
/// ```
/// let name: keyway_core::agent::ModelName = "openrouter/meta-llama/llama-4".parse().unwrap();
/// assert_eq!(name.vendor(), "openrouter");
/// assert_eq!(name.model(), "meta-llama/llama-4");
/// assert!("llama-4".parse::<keyway_core::agent::ModelName>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelName {
    text: String,
    slash: usize,
}

impl ModelName {
    /// What comes before the first slash.
    pub fn vendor(&self) -> &str {
        self.text.get(..self.slash).unwrap_or_default()
    }

    /// What comes after the first slash.
    pub fn model(&self) -> &str {
        self.text.get(self.slash + 1..).unwrap_or_default()
    }

    /// Stands for a name that cannot be read, until that is told.
    pub(super) fn unknown() -> Self {
        Self {
            text: "unknown/unknown".to_owned(),
            slash: "unknown".len(),
        }
    }

    /// Both, with the slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A text that does not name a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a model is named `vendor/model`, such as `anthropic/…` or `ollama/…`: letters, digits and `_.-` before the first slash, no spaces after it"
)]
pub struct BadModelName;

impl BadModelName {
    /// The stable code of this refusal.
    pub fn code(self) -> &'static str {
        "model_name_invalid"
    }
}

impl FromStr for ModelName {
    type Err = BadModelName;

    fn from_str(text: &str) -> Result<Self, BadModelName> {
        let (vendor, model) = text.split_once('/').ok_or(BadModelName)?;
        let in_vendor = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        let in_model = |c: char| !c.is_whitespace() && !c.is_control();
        let good = !vendor.is_empty()
            && vendor.chars().all(in_vendor)
            && !model.is_empty()
            && model.chars().all(in_model)
            && text.len() <= 256;
        if good {
            Ok(Self {
                text: text.to_owned(),
                slash: vendor.len(),
            })
        } else {
            Err(BadModelName)
        }
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_name_needs_a_vendor_and_a_model() {
        for bad in [
            "",
            "gpt",
            "/gpt",
            "openai/",
            "open ai/gpt",
            "openai/g pt",
            "a/b\n",
        ] {
            assert_eq!(bad.parse::<ModelName>(), Err(BadModelName), "{bad:?}");
        }
    }
}

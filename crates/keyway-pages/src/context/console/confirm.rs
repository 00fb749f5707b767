use serde::Serialize;

use super::SAMPLE_OUTSIDE;
use crate::Page;

/// A question before something is done: `console/confirm.html`. Its texts are `{key}-title`,
/// `{key}-body`, both with `$name`, and `{key}-do` for the button.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Confirm {
    /// What the keys of its texts begin with.
    pub key: &'static str,
    /// What it is about. Text from outside.
    pub name: String,
    /// Where the form is posted to.
    pub action: String,
    /// Where one is who does not want it.
    pub back: String,
    /// Names and values that are sent along.
    pub hidden: Vec<(String, String)>,
    /// Whether it cannot be taken back.
    pub danger: bool,
}

impl Confirm {
    /// A question about something that cannot be taken back.
    pub fn danger(key: &'static str, name: &str, action: &str, back: &str) -> Self {
        Self {
            key,
            name: name.into(),
            action: action.into(),
            back: back.into(),
            hidden: Vec::new(),
            danger: true,
        }
    }

    /// With a name and a value that are sent along.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }
}

impl Page for Confirm {
    const TEMPLATE: &'static str = "console/confirm.html";

    fn samples() -> Vec<Self> {
        let end = Self::danger("confirm-sample", SAMPLE_OUTSIDE, "/console/x", "/console");
        let plain = Self {
            danger: false,
            ..end.clone()
        };
        vec![end.with("id", "x"), plain]
    }
}

use serde::Serialize;

use crate::Page;

/// Nothing is at an address, or nothing for who looks: `console/not-found.html`. Which of the two it is
/// is not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotFound {
    /// The place of the navigation that is nearest: its text is `nav-{key}`.
    pub key: &'static str,
    /// Its path.
    pub href: &'static str,
    /// The request's id.
    pub request: String,
}

impl Page for NotFound {
    const TEMPLATE: &'static str = "console/not-found.html";

    fn samples() -> Vec<Self> {
        let at = |key, href| Self {
            key,
            href,
            request: "req_1".into(),
        };
        vec![at("people", "/console/people"), at("overview", "/console")]
    }
}

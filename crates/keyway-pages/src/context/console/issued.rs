use serde::Serialize;

use super::SAMPLE_OUTSIDE;
use crate::Page;

/// A secret that was just made, shown this once: `console/issued.html`. Its texts are
/// `issued-title-{key}` with `$name`, and `issued-lead-`, `issued-secret-`, `issued-note-` and
/// `issued-on-{key}`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issued {
    /// What the keys of its texts end with.
    pub key: &'static str,
    /// What it is of. Text from outside.
    pub name: String,
    /// The secret.
    pub secret: String,
    /// What belongs to it: the key of a label, and a value to be copied.
    pub also: Vec<(&'static str, String)>,
    /// Where to go on.
    pub on: String,
}

impl Page for Issued {
    const TEMPLATE: &'static str = "console/issued.html";

    fn samples() -> Vec<Self> {
        let of = |key, also| Self {
            key,
            name: SAMPLE_OUTSIDE.into(),
            secret: "kw_sample_secret_that_is_rather_long_0123456789".into(),
            also,
            on: "/console".into(),
        };
        vec![
            of("invited", Vec::new()),
            of("key-made", Vec::new()),
            of("key-rotated", Vec::new()),
            of(
                "publication-made",
                vec![("publication-webhook", "/webhook".into())],
            ),
            of("publication-rotated", Vec::new()),
            of("setup-link", Vec::new()),
            of("endpoint-made", Vec::new()),
            of("endpoint-rotated", Vec::new()),
            of("client-made", vec![("client-id", "client_1".into())]),
        ]
    }
}

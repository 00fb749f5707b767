use serde::Serialize;

use super::SAMPLE_CLIENT;
use crate::Page;

/// A device was let in, or was not; there is nothing more to do here: `oauth-success.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Success {
    /// The application. Text from outside.
    pub client_name: String,
    /// Whether it was let in.
    pub allowed: bool,
}

impl Page for Success {
    const TEMPLATE: &'static str = "oauth-success.html";

    fn samples() -> Vec<Self> {
        let of = |allowed| Self {
            client_name: SAMPLE_CLIENT.into(),
            allowed,
        };
        vec![of(true), of(false)]
    }
}

//! The echo tool, in the words of whoever serves it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is echoed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Echo {
    /// Any text
    pub(crate) message: String,
}

//! Data as markdown, for models.

use crate::rpc::RawJson;

/// Markdown of JSON text.
pub fn render_text(data: &RawJson, _depth: usize) -> String {
    data.as_str().to_owned()
}

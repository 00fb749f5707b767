use serde::Serialize;

/// The way through a list: `m.pager(pager)`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pager {
    /// Where the list begins; `None` on its first page.
    pub first: Option<String>,
    /// Where it goes on; `None` on its last page.
    pub next: Option<String>,
}

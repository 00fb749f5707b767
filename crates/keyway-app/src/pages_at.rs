use std::sync::{Arc, OnceLock};

/// Where people reach the gateway's pages: as it is configured, else where it serves. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct PagesAt(Arc<OnceLock<String>>);

impl PagesAt {
    /// As it is configured.
    pub(crate) fn configured(base: Option<&str>) -> Self {
        let pages = Self::default();
        if let Some(base) = base {
            pages.set(base);
        }
        pages
    }

    /// Says where it is, unless that is known.
    pub(crate) fn set(&self, base: &str) {
        let _ = self.0.set(base.trim_end_matches('/').to_owned());
    }

    /// The address without a final slash; `None` in a process that serves nothing and where nothing is
    /// configured.
    pub(crate) fn base(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    /// The address of a page, as far as it is known.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base().unwrap_or_default())
    }
}

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Finding, Loaded};

type Read = dyn Fn() -> Result<Loaded, Vec<Finding>> + Send + Sync;

/// How the configuration is read again while a gateway runs. Only its MCP servers are taken over;
/// everything else needs a restart.
#[derive(Clone)]
pub struct Reload {
    file: PathBuf,
    read: Arc<Read>,
}

impl Reload {
    /// `file` is watched, and so are the files of its `mcp_files`; `read` reads them all, and may
    /// block.
    pub fn new(
        file: PathBuf,
        read: impl Fn() -> Result<Loaded, Vec<Finding>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            file,
            read: Arc::new(read),
        }
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    pub(super) fn read(&self) -> Result<Loaded, Vec<Finding>> {
        (self.read)()
    }
}

impl fmt::Debug for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reload").field(&self.file).finish()
    }
}

use keyway_pages::Pages;

use super::ServeError;
use crate::config::Config;

/// The pages of a gateway of this name: those built in, and those of the folder that overrides them.
pub(super) fn open(config: &Config, gateway: &str) -> Result<Pages, ServeError> {
    let pages = match &config.templates.dir {
        Some(folder) => Pages::with_overrides(folder).map_err(ServeError::Templates)?,
        None => Pages::embedded(),
    };
    Ok(pages.named(gateway))
}

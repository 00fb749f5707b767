//! `keyway serve`: everything is put together here, and taken apart again.

mod address;
mod connectors;
mod defined;
mod definitions;
mod error;
mod first_start;
mod hangup;
mod introduction;
pub(crate) mod logging;
mod open;
mod pages;
mod policy;
mod reload;
mod run;
mod running;
mod scheduled;
mod servers;
mod setup;
mod signals;
mod start;
mod translate;
mod upstreams;
mod watch;

pub(crate) use address::base_url;
pub(crate) use definitions::{actions, agents, credentials, unmet};
pub use error::ServeError;
pub(crate) use introduction::about;
pub(crate) use open::{Opened, open, open_store};
pub use reload::{Reload, Reloaded};
pub use run::serve;
pub(crate) use run::serve_and;
pub use running::Running;
pub use setup::Setup;
pub use start::start;
pub(crate) use translate::http as http_settings;
pub(crate) use upstreams::servers;

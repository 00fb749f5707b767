//! The client: signing in, the token sources, forgetting.

mod begin;
mod callback;
mod complete;
mod forget;
mod granted;
mod handle;
mod obtain;
mod pending;
mod renew;
mod settings;
mod source;
mod step_up;
#[cfg(test)]
mod tests;

pub use granted::Granted;
pub use handle::Client;
pub use pending::Pending;
pub use settings::{ClientSettings, Parts, RenewalFailures, is_client_metadata_url};

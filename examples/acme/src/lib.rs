//! Acme as an integration of one's own: this crate depends on `keyway` alone, and its `main.rs` has
//! three lines and the whole command line.
//!
//! * `app.rs`: the credential, and the app that puts credential and actions together;
//! * `actions`: what agents can do at Acme, one file each;
//! * `tests/it/recorded.rs`: what they send, tested without any server by `keyway-testing`.

mod actions;
mod app;

pub use app::{Acme, app};

/// The gateway, ready to run.
pub fn gateway() -> keyway::Builder {
    keyway::Gateway::builder()
        .name("acme")
        .version(env!("CARGO_PKG_VERSION"))
        .description("Tickets at Acme.")
        .app(app())
}

//! The gateway.
//!
//! A credential is a struct, an action is a function, an app puts them together, and `main` runs the
//! whole command line:
//!
//! ```no_run
//! use keyway::{App, Context, Credential, Error, Gateway, Secret, action};
//!
//! #[derive(Credential)]
//! #[credential(hosts("api.acme.example"))]
//! struct Acme {
//!     api_key: Secret<String>,
//! }
//!
//! /// Opens a ticket.
//! #[action(expose(mcp, http, cli))]
//! async fn create_ticket(context: &Context, title: String, acme: Acme) -> Result<String, Error> {
//!     let request = context.http().post("https://api.acme.example/tickets").json(&title);
//!     request.bearer(&acme.api_key).send().await?.json().await
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     Gateway::builder().app(App::of::<Acme>().action(create_ticket())).main()
//! }
//! ```

// So that what the macros write finds it inside of it, too.
extern crate self as keyway;

pub mod cli;
pub mod config;
mod gateway;
mod local;
mod models;
mod policy;
pub mod serve;
mod servers;

pub use gateway::{Builder, Gateway, Identity};
pub use http::Method;
#[doc(hidden)]
pub use keyway_core::__private;
pub use keyway_core::action::{
    Annotations, Block, Calling, Content, Expose, Format, Next, Ran, Reply,
};
pub use keyway_core::credential::CredentialScope;
pub use keyway_core::provider;
pub use keyway_core::{
    Action, Agent, App, Channel, Context, Credential, CredentialDefinition, Error, Kind, McpServer,
    Principal, Problem, RequestId, Secret,
};
pub use keyway_http::axum;
pub use keyway_macros::{Credential, action, data};

/// The README's program compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// So do the how-to's.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/serve-actions-over-http.md")]
struct ServeActionsOverHttp;

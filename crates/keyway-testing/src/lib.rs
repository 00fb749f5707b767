//! For the tests of integrations that are built on Keyway: a dev-dependency of their crates.
//!
//! * [`TestCall`] runs one action with credentials of the test and HTTP that is [`Recorded`]: no
//!   network, no database;
//! * [`TestGateway`] is the whole gateway on a free port, with a data directory of its own and a key,
//!   and an [`McpClient`] that speaks to it;
//! * [`FixedClock`] is the time the test chooses;
//! * [`ProviderKit`] holds a provider of one's own against what every provider has to do.
//!
//! ```
//! use keyway::{App, Context, Credential, Error, Secret, action, data};
//! use keyway_testing::{Expected, Recorded, TestCall};
//! use serde_json::json;
//!
//! #[derive(Credential)]
//! #[credential(hosts("api.acme.example"))]
//! struct Acme { api_key: Secret<String> }
//!
//! /// Opens a ticket.
//! #[action(slug = "acme:open", expose(mcp))]
//! async fn open(context: &Context, title: String, acme: Acme) -> Result<String, Error> {
//!     let request = context.http().post("https://api.acme.example/tickets");
//!     let ticket = request.bearer(&acme.api_key).json(&title).send().await?;
//!     let ticket: serde_json::Value = ticket.json().await?;
//!     Ok(ticket["id"].as_str().unwrap_or_default().to_owned())
//! }
//!
//! #[tokio::main]
//! async fn main() {
//!     let http = Recorded::new([Expected::post("https://api.acme.example/tickets")
//!         .header("authorization", "Bearer k-1")
//!         .json(json!("Printer"))
//!         .answers(201, json!({ "id": "T-1" }))]);
//!     let answer = TestCall::of(App::of::<Acme>().action(open()), "acme:open")
//!         .credential(json!({ "apiKey": "k-1" }))
//!         .http(&http)
//!         .input(json!({ "title": "Printer" }))
//!         .run()
//!         .await
//!         .unwrap();
//!     assert_eq!(answer, "T-1");
//!     http.finish();
//! }
//! ```

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "part of tests: what cannot go on panics, and says why"
)]

mod call;
mod clock;
mod difference;
mod gateway;
mod mcp;
mod net;
mod provider;
mod recorded;

pub use call::TestCall;
pub use clock::FixedClock;
pub use gateway::{Answer, TestGateway};
pub use mcp::McpClient;
pub use provider::{ProviderKit, UpperCase};
pub use recorded::{Expected, Received, Recorded};

/// The how-to's programs run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/test-an-integration.md")]
struct TestAnIntegration;

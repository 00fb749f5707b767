//! Rows: organizations, people, API keys, and facts about the installation.
//!
//! [`Store`] is one concrete struct. Every call names its organization, and another organization's
//! row is "not there"; the two exceptions say so and why. Moments and ids come in, so nothing here
//! reads a clock.

mod api_keys;
mod error;
mod facts;
mod first;
mod lock;
mod organizations;
mod service_accounts;
mod sqlite;
mod store;
mod users;

pub use api_keys::{ApiKey, Credential, NewApiKey, Use};
pub use error::{Reason, StoreError};
pub use first::{FirstRows, FirstStart};
pub use keyway_core::Role;
pub use organizations::Organization;
pub use service_accounts::ServiceAccount;
pub use store::{Limits, Purpose, Store};
pub use users::Member;

//! Every use-case, once: who comes in, what they can list, and how a call runs. Here the parts
//! meet; the protocols that bring calls here and the connections that take them on are elsewhere.

mod access;
pub mod agents;
mod app;
pub mod approvals;
pub mod audit;
mod bound;
mod call;
mod catalogue;
pub mod changes;
pub mod channels;
pub mod connectors;
mod crc32;
pub mod credentials;
pub mod definitions;
pub mod external;
pub mod inbox;
pub mod installations;
mod invoke;
pub mod jobs;
mod keys;
pub mod limits;
mod listing;
mod metrics;
mod mounts;
pub mod oauth;
mod offers;
mod output;
mod pages;
mod pages_at;
mod patience;
pub mod people;
pub mod policy;
pub mod publications;
mod reach;
pub mod rotation;
mod routes;
mod run;
mod settings;
pub mod setup;
mod shared;
mod standing;
pub mod stats;
pub mod status;
mod subscriptions;
mod surface;
pub mod system;
pub mod tasks;
mod tenant;
pub mod tools;
pub mod trust;
mod upstreams;
pub mod webhook_endpoints;

pub use app::{App, AppParts};
pub use audit::{Audit, Event, EventKind};
pub use bound::OpenServer;
pub use definitions::Definitions;
pub use keys::{
    ApiKeyState, ApiKeyView, ApiKeys, BadSecretText, DEFAULT_OVERLAP, IssuedKey, KeyDigest,
    KeyRequest, SecretText, TokenKind,
};
pub use keyway_core::action::HeaderParameter;
pub use keyway_store::{NamedKind, Seen};
pub use listing::{Listed, Part};
pub use metrics::Metrics;
pub use mounts::Visit;
pub use people::{People, PeopleParts, SignInSettings};
pub use reach::Reachable;
pub use routes::{NotRouted, Routing};
pub use settings::Settings;
pub use surface::{CacheScope, Call, Invocation, List, Notice, Page, Surface};

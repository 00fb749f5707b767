//! Connectors: remote MCP servers that administrators connect while the gateway runs (ADR 0039).

mod address;
mod authorize;
mod check;
mod consent;
mod draft;
mod error;
mod live;
mod manage;
mod managed;
pub(crate) mod oauth;
mod port;
mod probe;
mod reach;
mod rotate;
mod secrets;
mod settings;
mod slug;
mod taken;
mod view;
mod views;
mod watch;

pub use draft::{AuthDraft, ConnectorDraft, ConnectorPatch, HeaderDraft, OauthDraft};
pub(crate) use live::{Live, Shown};
pub(crate) use manage::by;
pub use manage::{ConnectorPage, Connectors};
pub use port::{ConnectorTarget, OpenConnectors, ProbeServers};
pub use probe::{ProbeAnswer, ProbeError, ProbeFailure, Probed};
pub use reach::ConnectorScope;
pub(crate) use reach::Reach;
pub use settings::{HeaderSetting, OauthMode, OauthSettings};
pub use slug::slug_of;
pub use taken::ConfiguredServer;
pub use view::{AuthView, ConnectorView};
pub(crate) use watch::watch;

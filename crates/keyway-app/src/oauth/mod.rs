//! The authorization server: its clients, what people let them do, and the tokens that come of it
//! (ADR 0018, ADR 0019). What is demanded of requests is decided by `keyway_oauth::server`; here the
//! rules meet the rows.

mod asking;
mod authorize;
mod client_views;
mod clients;
mod code;
mod configured;
mod credentials;
mod device;
mod device_token;
mod documents;
mod edit;
mod failure;
mod grants;
mod introspect;
mod issue;
mod purge;
mod refresh;
mod register;
mod replies;
mod revoke;
mod service;
mod settings;
mod site;
mod token;

pub use asking::{AskedScope, AskingClient};
pub use authorize::{Asking, Authorizing, Decision};
pub use client_views::{ClientState, ClientView};
pub use configured::{IssuedClient, NewOauthClient};
pub use device::{DeviceAsking, DeviceDecision, DeviceStart};
pub use edit::ClientChange;
pub use failure::Failure;
pub use grants::{GrantPage, GrantState, GrantView, GrantsWanted, RevokeGrants};
pub use introspect::Introspected;
pub use service::{Oauth, OauthParts};
pub use settings::{Documents, OauthSettings, Registration};
pub use site::Site;
pub use token::{Posted, Tokens};

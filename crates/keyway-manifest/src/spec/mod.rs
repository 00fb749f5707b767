//! What a manifest says, definition by definition, checked as far as each can be by itself.

mod action;
mod agent;
mod app;
mod credential;
mod errors;
mod http;
mod names;
mod oauth2;
mod pagination;
mod parts;
mod prompt;
mod resource;
mod result;
mod schedule;
mod server;

pub(crate) use action::{ActionSpec, NeedSpec};
pub(crate) use agent::AgentSpec;
pub(crate) use app::{AppCredential, AppSpec};
pub(crate) use credential::CredentialSpec;
pub(crate) use errors::ErrorRule;
pub(crate) use http::{Body, HttpSpec};
pub(crate) use names::{Named, named};
pub(crate) use pagination::{Pagination, Way};
pub(crate) use parts::{Header, Headers};
pub(crate) use prompt::PromptSpec;
pub(crate) use resource::{StaticContent, StaticSpec};
pub(crate) use result::{ResultSpec, Select};
pub(crate) use schedule::ScheduleSpec;
pub(crate) use server::ServerSpec;

//! What a person at a terminal does with MCP servers of their own: signing in, approving calls,
//! keeping skills and sessions.

pub mod approvals;
pub mod calls;
pub mod grants;
pub mod mentions;
mod person;
pub mod sessions;
pub mod sign_in;
pub mod skills;
pub mod text;

pub use person::{
    Decision, DefinitionChange, Filled, Form, Nobody, Notice, Page, Person, Request, Subject,
};

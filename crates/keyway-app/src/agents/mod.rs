//! Agents on the gateway: who sees them, their turns, and the sessions these are in (ADR 0033).

mod answer;
mod background;
mod calls;
mod catalogue;
mod elsewhere;
mod failure;
mod follow;
mod offer;
mod output;
mod parts;
mod plain;
mod progress;
mod prompt;
mod sessions;
mod sink;
mod tasked;
mod tools;
mod turn;
mod view;

pub(crate) use background::Turns;
pub(crate) use calls::{Calling, Carried, Chosen};
pub(crate) use elsewhere::Said;
pub use follow::Follower;
pub(crate) use follow::Following;
pub use keyway_agent::Update;
pub use parts::{AgentSettings, Answering};
pub use progress::progress;
pub use prompt::{Prompted, Prompting};
pub use sessions::{ListSessions, SessionParts, Sessions};
pub(crate) use tasked::Tasked;
pub use view::{
    AgentView, BudgetView, EventView, MessageView, SessionPage, SessionView, TurnError, Usage,
};

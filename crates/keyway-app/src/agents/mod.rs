//! Agents on the gateway: who sees them, their turns, and the sessions these are in (ADR 0033).

mod answer;
mod approved;
mod archive;
mod background;
mod calls;
mod catalogue;
mod converse;
mod elsewhere;
mod enter;
mod failure;
mod follow;
mod listen;
mod messages;
mod offer;
mod origin;
mod output;
mod parts;
mod plain;
mod progress;
mod prompt;
mod seats;
mod sessions;
mod sink;
mod stop;
mod tasked;
mod tools;
mod turn;
mod view;

pub(crate) use background::Turns;
pub(crate) use calls::{Calling, Carried, Chosen};
pub(crate) use converse::TAKEN_BACK;
pub(crate) use elsewhere::Said;
pub use follow::Follower;
pub(crate) use follow::Following;
pub use keyway_agent::Update;
pub use listen::{Gone, Listening, News, SessionState};
pub use messages::{Beginning, BegunSession, QueuedMessageView, Saying};
pub use origin::SessionOrigin;
pub use parts::{AgentSettings, Answering};
pub use progress::progress;
pub use prompt::{Prompted, Prompting};
pub use sessions::{ListSessions, SessionParts, Sessions};
pub use stop::Stopped;
pub(crate) use tasked::Tasked;
pub use view::{
    AgentView, BudgetView, EventView, MessageView, SessionPage, SessionView, TurnError, Usage,
    WaitingView,
};

//! Work in the background: actions that were queued, and those that run by the clock (ADR 0029).

mod asker;
mod backoff;
mod lanes;
mod manage;
mod purge;
mod queue;
mod run;
mod schedule;
mod settings;
mod view;
mod work;
mod worker;

pub use manage::{JobParts, Jobs, ListJobs};
pub use queue::Queueing;
pub use settings::JobSettings;
pub use view::{JobPage, JobView};

pub(crate) use asker::{Asker, actor_id, damaged, rights_end, within};
pub(crate) use run::may_pass;
pub(crate) use work::{earlier, later};

/// The kind of jobs that run an action because someone asked for it.
pub(crate) const ACTION: &str = "action";
/// The kind of jobs that say to an agent what came in by a webhook.
pub(crate) const DELIVERY: &str = "delivery";
/// The kind of jobs that send a message to a webhook endpoint.
pub(crate) const WEBHOOK: &str = "webhook";
/// The kind of jobs that say to an agent what somebody left for it in a session.
pub(crate) const TURN: &str = "turn";
/// The kind of jobs that do a task of an MCP client.
pub(crate) const TASK: &str = "task";
/// The kind of jobs that run an action by the clock.
pub(crate) const SCHEDULED: &str = "schedule";

//! Work that is to be done: queued, claimed for a while, ended (ADR 0029).

mod claim;
mod end;
mod job;
mod manage;
mod queue;
mod share;
mod stop;

pub use claim::{Busy, ClaimJobs, ClaimedJob, JobLease};
pub use end::Ended;
pub use job::{Job, JobState, UnknownState};
pub use manage::JobFilter;
pub use queue::{NewJob, QueuedJob};
pub(crate) use queue::{before, in_order, insert, lock_of};
pub use stop::StoppedJobs;

//! Calls that a person has to approve: parked until somebody decides, run at most once (ADR 0042).

mod admission;
mod canonical;
mod check;
mod counters;
mod decide;
mod held;
mod manage;
mod question;
mod refusal;
mod requester;
mod settings;
mod upkeep;
mod view;
mod wait;

pub use decide::{Decide, Through};
pub use manage::{ApprovalParts, Approvals, ListApprovals};
pub use settings::ApprovalSettings;
pub use view::{ApprovalDetail, ApprovalPage, ApprovalView};

pub(crate) use counters::Counters;
pub(crate) use held::Held;
pub(crate) use question::without_approval;
pub(crate) use refusal::is_approval;
pub(crate) use upkeep::Wake;

//! Calls that wait for a person's decision: parked, decided, run once (ADR 0042).

mod approval;
mod decide;
mod execute;
mod list;
mod park;
mod presses;
mod purge;
mod questions;

pub use approval::{Approval, ApprovalState, UnknownApprovalState, WhoDecided};
pub use decide::DecideApproval;
pub use execute::ApprovalLease;
pub use list::ApprovalFilter;
pub use park::{NewApproval, ParkedApproval};
pub use questions::{ApprovalQuestion, NewQuestion};

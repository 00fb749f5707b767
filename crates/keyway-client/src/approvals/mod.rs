//! What people have said about calls of tools, and for how long it holds.

mod allow;
mod answers;
mod file;
mod fingerprint;
mod records;
mod target;

pub use allow::{AllowList, BadEntry};
pub use answers::{Approvals, ApprovalsError, Remembered, Standing};
pub use file::FileProblem;
pub use fingerprint::Fingerprint;
pub use target::{Target, ToolKey};

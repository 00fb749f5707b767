//! Who may do what, over a whole app.

mod approving;
mod changing;
mod limits;
mod seeing;
mod shared;
pub(crate) mod world;

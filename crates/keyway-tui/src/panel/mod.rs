//! What the person is asked, one thing at a time.

mod approval;
mod diff;
mod field;
mod form;
mod page;
mod question;
mod view;

pub(crate) use form::Answered;
pub(crate) use question::{Outcome, Panel};
pub(crate) use view::View;

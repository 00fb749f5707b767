//! Revision 2026-07-28: every request stands for itself.

mod answer;
mod asks;
mod check;
mod complete;
mod listen;
mod mirror;
mod parking;
mod request;
mod resume;
mod side;
mod state;
mod tasks;

pub(super) use parking::Parking;
pub(super) use request::request;

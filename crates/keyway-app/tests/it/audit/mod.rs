//! The audit log: what is in it, what is refused without it, and what cannot be altered unseen.

mod altered;
mod calls;
mod keeping;
mod property;
mod refusing;
mod world;

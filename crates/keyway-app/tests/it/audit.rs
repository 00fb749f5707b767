//! The audit log: what is in it, what is refused without it, and what cannot be altered unseen.

mod calls;
mod chain;
mod keeping;
mod refusing;
mod world;

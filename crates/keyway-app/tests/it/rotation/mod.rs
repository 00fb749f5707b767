//! The master key changes while calls run.

mod load;
mod refusing;
mod world;

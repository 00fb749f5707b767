//! Access tokens over time: renewed ahead, by one process at a time, and what happens when they are not.

mod over_time;
mod world;

//! Connectors behind OAuth: who agrees to them, and whose tokens they are.

mod asked;
mod ending;
mod itself;
mod mine;
mod refusals;
mod shared;
mod trust;
mod world;

mod approve;
mod asked;
mod real;
pub(crate) mod world;

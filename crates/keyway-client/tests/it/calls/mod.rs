mod approve;
mod asked;
mod real;
mod world;

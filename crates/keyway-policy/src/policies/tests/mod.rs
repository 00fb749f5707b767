mod decided;
mod refused;
mod shared;
mod world;

mod claiming;
mod ending;
mod managing;
mod world;

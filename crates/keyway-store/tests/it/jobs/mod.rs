mod claiming;
mod ending;
mod managing;
mod sharing;
mod world;

mod attacks;
mod deciding;
mod property;
mod waiting;
mod world;

mod listening;
mod publishing;
mod world;

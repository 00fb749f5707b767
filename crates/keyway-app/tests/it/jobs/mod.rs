mod ending;
mod kills;
mod managing;
mod rights;
mod running;
mod schedules;
mod world;

mod ending;
mod kills;
mod managing;
mod rights;
mod running;
mod schedules;
pub(crate) mod world;

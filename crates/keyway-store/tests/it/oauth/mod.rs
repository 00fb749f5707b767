mod clients;
mod codes;
mod devices;
mod ending;
mod grants;
mod refresh;
pub(crate) mod world;

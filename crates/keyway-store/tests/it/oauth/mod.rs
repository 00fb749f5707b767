mod clients;
mod codes;
mod devices;
mod grants;
mod refresh;
mod world;

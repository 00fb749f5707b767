mod clients;
mod device;
mod processes;
mod refresh;
mod roles;
mod tokens;
mod world;

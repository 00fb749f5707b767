mod contract;
mod files;
mod keyring;
mod world;

mod browser;
mod flow;
mod party;
mod world;

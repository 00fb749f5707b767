mod actions;
mod audit;
mod authentication;
mod limits;
mod origins;
mod people;
mod probes;
mod streams;

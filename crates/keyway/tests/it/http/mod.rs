mod actions;
mod authentication;
mod limits;
mod origins;
mod probes;
mod streams;

mod actions;
mod audit;
mod authentication;
mod limits;
mod origins;
mod probes;
mod scopes;
mod streams;

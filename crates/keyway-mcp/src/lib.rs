//! The Model Context Protocol, both ways: the endpoint Keyway serves ([`endpoint`]) and the servers
//! it is a client of ([`upstream`]), on one wire layer ([`wire`]). Protocol eras live in this crate
//! only.

pub mod endpoint;
pub mod upstream;
pub mod wire;

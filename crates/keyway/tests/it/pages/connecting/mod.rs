//! Credentials that are connected at an authorization server.

mod answers;
mod attacks;
mod connected;
mod world;

//! Providers end to end: a real gateway, the vendor as it documents itself, and a model that is scripted.

mod github;
mod linear;
mod slack;
mod world;

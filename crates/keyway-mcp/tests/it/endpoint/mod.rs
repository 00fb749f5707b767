//! The endpoint in front of a backend in memory.

mod backend;
mod batch;
mod cancel;
mod headers;
mod hostile;
mod legacy;
mod listen;
mod memory;
mod modern;
mod mrtr;
mod slow;
mod streams;
mod world;

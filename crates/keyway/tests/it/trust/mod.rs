//! What is shown of servers, and what becomes of tools that they change.

mod console;
mod malicious;
mod restarts;
mod rug_pull;
mod settings;
mod world;

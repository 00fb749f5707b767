//! A server that speaks two vendors' wire formats, Anthropic's Messages and `OpenAI`'s Chat
//! Completions, streaming and not: scripted, strict about what it is sent, and able to misbehave.

mod anthropic;
mod brain;
mod conversation;
mod frames;
mod openai;
mod script;
mod server;

pub use script::{Call, Rule, Script, Tokens, Trouble, Turn};
pub use server::{Asked, ModelServer, Wire};

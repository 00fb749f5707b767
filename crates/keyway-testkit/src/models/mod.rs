//! A server that speaks three vendors' wire formats, Anthropic's Messages, `OpenAI`'s Chat
//! Completions and Google's Gemini, streaming and not: scripted, strict about what it is sent, and able to misbehave.

mod anthropic;
mod brain;
mod conversation;
mod frames;
mod gemini;
mod openai;
mod script;
mod server;

pub use script::{Call, Rule, Script, Tokens, Trouble, Turn};
pub use server::{Asked, ModelServer, Wire};

//! What a person names in a line: `@server:uri` attaches a resource, `/server:prompt` runs a
//! prompt. One grammar for the chat and the command line.

mod expand;
mod parse;
mod suggest;

pub use expand::{Expanded, arguments, attachment, expand, messages, run_prompt};
pub use parse::{
    PromptMention, ResourceMention, argument, as_word, prompt, resources, words_so_far,
};
pub use suggest::{Suggestion, suggest};

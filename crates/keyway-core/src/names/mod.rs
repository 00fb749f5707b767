//! Names: the grammar of every identifier, and how the tools, prompts and resources of upstream
//! servers are called towards clients.

mod depth;
mod exposed;
mod grammar;
mod map;
#[cfg(test)]
mod tests;
mod uri;

pub use depth::gateways_passed;
pub use exposed::{AGENT_TOOLS, MAX_EXPOSED, Prefix, exposed_name};
pub use grammar::{
    ACTION_SLUG, AGENT_SLUG, APP_SLUG, CHANNEL_NAME, CONNECTOR_SLUG, CREDENTIAL_KEY, GRAMMARS,
    Grammar, MCP_NAME, PROVIDER_ID, SERVER_KEY, is_action_slug, is_server_key,
};
pub use map::NameMap;
pub use uri::{prefix_uri, split_uri};

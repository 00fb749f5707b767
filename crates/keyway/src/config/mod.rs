//! Configuration: typed, from `keyway.yaml`, the environment and flags.

mod check;
mod definitions;
pub mod doc;
mod dotenv;
mod environment;
mod keys;
mod load;
mod oauth_clients;
mod reader;
mod reference;
mod report;
mod schema;
mod servers;
mod settings;
mod sign_in;
#[cfg(test)]
mod sign_in_tests;
pub(crate) mod suggest;
mod variables;

#[cfg(test)]
mod tests;

pub use crate::models::GatewayModels;
pub use definitions::Defined;
pub(crate) use definitions::definition_files;
pub(crate) use doc::read_document;
pub use dotenv::with_dotenv;
pub(crate) use dotenv::{DOTENV, folder as dotenv_folder};
pub use environment::Environment;
pub use keys::{Key, all as all_keys};
pub use load::{DEFAULT_FILE, Flag, Inputs, Loaded, load};
pub use oauth_clients::{OAuthClient, OAuthClients};
pub use reader::Kind;
pub(crate) use reader::{parse_duration, unreadable};
pub(crate) use reference::{resolve, variables};
pub use report::{Finding, Place, Severity};
pub use schema::schema;
pub(crate) use servers::{ClientFile, check_url, read_client, section};
pub use servers::{Dialect, McpFile, McpServer, server_fields};
pub use settings::{
    Auth, Config, Egress, Expose, Icon, Limits, Listen, Log, LogFormat, MasterKey, Mcp, Policy,
    Shutdown, Storage, Surface,
};
pub use sign_in::{OidcProvider, SignIn};
pub use variables::OTHER_VARIABLES;
pub(crate) use variables::unknown_variables;

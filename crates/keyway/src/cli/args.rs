use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{
    agents, api_keys, approvals, audit, call, chat, client, config, docs, doctor, mcp, migrate,
    policy, serve, templates, validate, vault,
};
use super::{
    connect, connectors, credentials, deliveries, dev, import, installations, invitations, jobs,
    new, oauth, organizations, projects, publications, servers, service_accounts, sessions,
    setup_link, stats, upgrade, users, webhook, webhook_endpoints,
};

const EXAMPLES: &str = "\
Examples:
  keyway new acme                       begin a project
  keyway dev                            serve it, and follow what is saved
  keyway serve                          start the gateway on http://127.0.0.1:8420/mcp
  keyway config check                   say what is wrong with the configuration
  keyway chat                           talk to an agent that uses your MCP servers
  keyway client add claude-code --write put the gateway into a client's configuration

Exit codes: 0 done; 1 something went wrong while running; 2 the command line, the configuration or
the input has to be changed first.";

/// One door between AI agents and everything they may touch.
#[derive(Debug, Parser)]
#[command(name = "keyway", after_help = EXAMPLES, disable_help_subcommand = true)]
#[command(max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Global {
    /// The configuration file [default: keyway.yaml, if it is there]
    #[arg(long, short, global = true, value_name = "FILE", display_order = 900)]
    pub(crate) config: Option<PathBuf>,
    /// The directory of everything Keyway writes [default: .keyway]
    #[arg(long, global = true, value_name = "DIR", display_order = 901)]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print results and errors as JSON
    #[arg(long, global = true, display_order = 902)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    New(new::New),
    Upgrade(upgrade::Upgrade),
    Serve(serve::Serve),
    Dev(dev::Dev),
    #[command(name = "api-keys")]
    ApiKeys(api_keys::ApiKeys),
    Connectors(Box<connectors::Connectors>),
    Servers(servers::Servers),
    Credentials(credentials::Credentials),
    Connect(connect::Connect),
    #[command(name = "setup-link")]
    SetupLink(setup_link::SetupLink),
    Users(users::Users),
    Invitations(invitations::Invitations),
    #[command(name = "service-accounts")]
    ServiceAccounts(service_accounts::ServiceAccounts),
    Projects(projects::Projects),
    Organizations(organizations::Organizations),
    Jobs(jobs::Jobs),
    Publications(publications::Publications),
    Installations(installations::Installations),
    Deliveries(deliveries::Deliveries),
    #[command(name = "webhook-endpoints")]
    WebhookEndpoints(webhook_endpoints::WebhookEndpoints),
    Webhook(webhook::Webhook),
    Agents(agents::Agents),
    Sessions(sessions::Sessions),
    Oauth(oauth::Oauth),
    Config(config::Config),
    Validate(validate::Validate),
    Doctor(doctor::Doctor),
    Migrate(migrate::Migrate),
    Templates(templates::Templates),
    Policy(policy::Policy),
    Mcp(mcp::Mcp),
    Approvals(approvals::Approvals),
    Audit(audit::Audit),
    Stats(stats::Stats),
    Vault(vault::Vault),
    Chat(chat::Chat),
    Client(client::Client),
    Import(import::Import),
    Call(call::Call),
    Docs(docs::Docs),
    #[command(name = "internal-docs", hide = true)]
    InternalDocs(docs::InternalDocs),
}

use std::time::Duration;

use keyway_core::channel::Channels;
use keyway_core::provider::Providers;

use crate::agents::AgentSettings;
use crate::approvals::ApprovalSettings;
use crate::audit::AuditSettings;
use crate::credentials::OAuthClients;
use crate::inbox::InboxSettings;
use crate::jobs::JobSettings;
use crate::limits::RateLimits;
use crate::oauth::OauthSettings;
use crate::people::SignInSettings;
use crate::policy::Unannotated;
use crate::tasks::TaskSettings;
use crate::webhook_endpoints::WebhookSettings;

/// The dials of an [`App`](crate::App).
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a client may hold a page of a list for fresh.
    pub list_ttl: Duration,
    /// How people sign in.
    pub sign_in: SignInSettings,
    /// The audit log.
    pub audit: AuditSettings,
    /// The authorization server.
    pub oauth: OauthSettings,
    /// How often someone may ask.
    pub rate_limits: RateLimits,
    /// What a tool counts as whose server says nothing about it.
    pub unannotated: Unannotated,
    /// The URL people reach the gateway's pages under, without a final slash, where it is configured.
    pub pages_url: Option<String>,
    /// Work in the background.
    pub jobs: JobSettings,
    /// What actions publish to.
    pub channels: Channels,
    /// After how long a connection to an MCP server is closed that was made with someone's credentials
    /// and is not used.
    pub server_idle: Duration,
    /// How many connections to MCP servers that were made with someone's credentials are open at once.
    /// For one more the one is closed that was not used for longest.
    pub server_connections: usize,
    /// The most connectors of an organization: the gateway holds a connection to each of them.
    pub connectors: u32,
    /// Agents.
    pub agents: AgentSettings,
    /// What comes in by webhooks.
    pub deliveries: InboxSettings,
    /// Webhooks that go out.
    pub webhooks: WebhookSettings,
    /// Calls that MCP clients come back for.
    pub tasks: TaskSettings,
    /// The providers whose webhooks come in.
    pub providers: Providers,
    /// Calls that a person has to approve.
    pub approvals: ApprovalSettings,
    /// Who the gateway is at the authorization servers of credentials.
    pub oauth_clients: OAuthClients,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            list_ttl: Duration::from_mins(1),
            sign_in: SignInSettings::default(),
            audit: AuditSettings::default(),
            oauth: OauthSettings::default(),
            rate_limits: RateLimits::default(),
            unannotated: Unannotated::default(),
            pages_url: None,
            jobs: JobSettings::default(),
            channels: Channels::default(),
            server_idle: Duration::from_mins(10),
            server_connections: 512,
            connectors: 5_000,
            agents: AgentSettings::default(),
            deliveries: InboxSettings::default(),
            webhooks: WebhookSettings::default(),
            tasks: TaskSettings::default(),
            providers: Providers::default(),
            approvals: ApprovalSettings::default(),
            oauth_clients: OAuthClients::default(),
        }
    }
}

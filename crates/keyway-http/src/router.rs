use std::sync::Arc;

use axum::Router;
use axum::routing::{any, delete, get, patch, post};

use crate::console;
use crate::mounts::{Mount, mounted};
use crate::oauth;
use crate::pages::routes;
use crate::routes::{
    agents, api_keys, approvals, call_action, channel_events, channel_socket, connectors,
    credentials, deliveries, healthz, installations, integrations, invitations, jobs, list_actions,
    list_audit_events, list_channels, list_mcp_servers, mcp_servers, members, metrics,
    oauth_clients, oauth_grants, organization, policy, projects, prompt_agent, publications,
    readyz, routed_action, service_accounts, session_events, sessions, show_openapi, show_stats,
    socket, unknown, webhook, webhook_endpoints, webhook_messages,
};
use crate::shared::Shared;

/// Everything that is served but the MCP endpoint, which [`Front`](crate::front::Front) answers
/// before this is asked.
pub(crate) fn router(shared: Arc<Shared>, mounts: Vec<Mount>) -> Router {
    mounted(Router::new(), &shared, mounts)
        .route("/v1/actions", get(list_actions::handle))
        .route("/v1/actions/{slug}", post(call_action::handle))
        .route("/api/{*path}", any(routed_action::handle))
        .merge(jobs_and_channels())
        .merge(agents_and_sessions())
        .route("/v1/audit", get(list_audit_events::handle))
        .merge(servers())
        .route("/v1/stats", get(show_stats::handle))
        .route("/v1/openapi.json", get(show_openapi::handle))
        .merge(connectors())
        .merge(published())
        .merge(told())
        .merge(people())
        .route("/v1/policy", get(policy::show))
        .route("/v1/policy/check", post(policy::check))
        .route("/healthz", get(healthz::handle))
        .route("/readyz", get(readyz::handle))
        .route("/metrics", get(metrics::handle))
        .merge(routes())
        .merge(console::router(&shared))
        .merge(oauth::routes())
        .merge(clients_and_grants())
        .method_not_allowed_fallback(unknown::method)
        .fallback(unknown::path)
        .with_state(shared)
}

/// Work in the background, what waits for a decision, and what is said.
fn jobs_and_channels() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/jobs", get(jobs::list))
        .route("/v1/jobs/{id}", get(jobs::show))
        .route("/v1/jobs/{id}/retry", post(jobs::retry))
        .route("/v1/jobs/{id}/cancel", post(jobs::cancel))
        .route("/v1/approvals", get(approvals::list))
        .route("/v1/approvals/{id}", get(approvals::show))
        .route("/v1/approvals/{id}/approve", post(approvals::approve))
        .route("/v1/approvals/{id}/deny", post(approvals::deny))
        .route("/v1/channels", get(list_channels::handle))
        .route("/v1/channels/{name}/events", get(channel_events::handle))
        .route("/v1/channels/{name}/ws", get(channel_socket::handle))
        .route("/v1/ws", get(socket::handle))
}

/// MCP servers, and what is decided about them.
fn servers() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/mcp-servers", get(list_mcp_servers::handle))
        .route(
            "/v1/mcp-servers/{id}",
            get(mcp_servers::show).patch(mcp_servers::change),
        )
        .route(
            "/v1/mcp-servers/{id}/tools",
            get(mcp_servers::tools).patch(mcp_servers::change_tool),
        )
        .route("/v1/mcp-servers/{id}/changes", get(mcp_servers::changes))
        .route(
            "/v1/mcp-servers/{id}/changes/accept",
            post(mcp_servers::accept),
        )
        .route(
            "/v1/mcp-servers/{id}/changes/reject",
            post(mcp_servers::reject),
        )
        .route(
            "/v1/mcp-servers/{id}/reconnect",
            post(mcp_servers::reconnect),
        )
}

/// Agents, and what was said to them.
fn agents_and_sessions() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/agents", get(agents::list))
        .route("/v1/agents/{slug}", get(agents::show))
        .route("/v1/agents/{slug}/prompt", post(prompt_agent::handle))
        .route("/v1/sessions", get(sessions::list).post(sessions::begin))
        .route("/v1/sessions/{id}", get(sessions::show))
        .route("/v1/sessions/{id}/events", get(session_events::handle))
        .route(
            "/v1/sessions/{id}/messages",
            get(sessions::waiting).post(sessions::say),
        )
        .route("/v1/sessions/{id}/interrupt", post(sessions::interrupt))
        .route("/v1/sessions/{id}/archive", post(sessions::archive))
        .route("/v1/sessions/{id}/unarchive", post(sessions::unarchive))
        .route(
            "/v1/sessions/{id}/approvals/{approval}",
            post(sessions::decide),
        )
}

/// Clients of the authorization server, and what people let them do.
fn clients_and_grants() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/v1/oauth/clients",
            get(oauth_clients::list).post(oauth_clients::create),
        )
        .route(
            "/v1/oauth/clients/{id}",
            get(oauth_clients::show)
                .patch(oauth_clients::change)
                .delete(oauth_clients::delete),
        )
        .route(
            "/v1/oauth/clients/{id}/disable",
            post(oauth_clients::disable),
        )
        .route("/v1/oauth/clients/{id}/enable", post(oauth_clients::enable))
        .route("/v1/oauth/grants", get(oauth_grants::list))
        .route("/v1/oauth/grants/revoke", post(oauth_grants::revoke_many))
        .route("/v1/oauth/grants/{id}", delete(oauth_grants::revoke))
}

/// Remote MCP servers that administrators connect.
fn connectors() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/v1/connectors",
            get(connectors::list).post(connectors::create),
        )
        .route("/v1/connectors/-/test", post(connectors::test_new))
        .route(
            "/v1/connectors/{id}",
            get(connectors::show)
                .patch(connectors::change)
                .delete(connectors::remove),
        )
        .route("/v1/connectors/{id}/test", post(connectors::test))
        .route("/v1/connectors/{id}/refresh", post(connectors::refresh))
        .route("/v1/connectors/{id}/rotate", post(connectors::rotate))
        .route("/v1/connectors/{id}/connect", post(connectors::connect))
}

/// Agents that are reached by webhooks, and what came in.
fn published() -> Router<Arc<Shared>> {
    Router::new()
        .route("/webhook/{provider}/{publication}", post(webhook::handle))
        .route("/webhook/{provider}", post(webhook::app_wide))
        .route(
            "/webhook/{provider}/{publication}/interactive",
            post(webhook::interactive),
        )
        .route("/v1/integrations", get(integrations::list))
        .route(
            "/v1/publications",
            get(publications::list).post(publications::create),
        )
        .route(
            "/v1/publications/{id}",
            get(publications::show)
                .patch(publications::change)
                .delete(publications::remove),
        )
        .route("/v1/publications/{id}/usage", get(publications::usage))
        .route("/v1/installations", get(installations::list))
        .route(
            "/v1/installations/{id}",
            get(installations::show)
                .patch(installations::change)
                .delete(installations::uninstall),
        )
        .route(
            "/v1/installations/{id}/connect",
            post(installations::connect),
        )
        .route(
            "/v1/installations/{id}/authorize",
            post(installations::authorize),
        )
        .route(
            "/v1/installations/{id}/setup-links",
            post(installations::make_setup_link).delete(installations::revoke_setup_link),
        )
        .route(
            "/v1/installations/{id}/rotate-secret",
            post(installations::rotate),
        )
        .route("/v1/deliveries", get(deliveries::list))
        .route("/v1/deliveries/{id}", get(deliveries::show))
        .route("/v1/deliveries/{id}/why", get(deliveries::why))
        .route("/v1/deliveries/{id}/replay", post(deliveries::replay))
}

/// Where the organization is told of what happens in it, and what was told.
fn told() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/v1/webhook-endpoints",
            get(webhook_endpoints::list).post(webhook_endpoints::create),
        )
        .route(
            "/v1/webhook-endpoints/{id}",
            get(webhook_endpoints::show)
                .patch(webhook_endpoints::change)
                .delete(webhook_endpoints::remove),
        )
        .route(
            "/v1/webhook-endpoints/{id}/rotate-secret",
            post(webhook_endpoints::rotate),
        )
        .route(
            "/v1/webhook-endpoints/{id}/test",
            post(webhook_endpoints::test),
        )
        .route(
            "/v1/webhook-endpoints/{id}/replay",
            post(webhook_endpoints::replay),
        )
        .route(
            "/v1/webhook-endpoints/{id}/messages",
            get(webhook_messages::list),
        )
        .route("/v1/webhook-messages/{id}", get(webhook_messages::show))
        .route(
            "/v1/webhook-messages/{id}/replay",
            post(webhook_messages::replay),
        )
}

/// People and machines of the asker's organization.
fn people() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/v1/organization",
            get(organization::show).patch(organization::rename),
        )
        .route("/v1/projects", get(projects::list).post(projects::create))
        .route(
            "/v1/projects/{id}",
            get(projects::show)
                .patch(projects::rename)
                .delete(projects::delete),
        )
        .route("/v1/credential-definitions", get(credentials::definitions))
        .route("/v1/me/connections", get(credentials::mine))
        .route("/v1/me/connections/{key}", delete(credentials::disconnect))
        .route(
            "/v1/credentials",
            get(credentials::list).post(credentials::set),
        )
        .route(
            "/v1/credentials/{id}",
            patch(credentials::change).delete(credentials::revoke),
        )
        .route("/v1/members", get(members::list))
        .route(
            "/v1/members/{id}",
            get(members::show)
                .patch(members::change)
                .delete(members::remove),
        )
        .route("/v1/members/{id}/disable", post(members::disable))
        .route("/v1/members/{id}/enable", post(members::enable))
        .route(
            "/v1/invitations",
            get(invitations::list).post(invitations::create),
        )
        .route("/v1/invitations/{id}", delete(invitations::revoke))
        .route(
            "/v1/service-accounts",
            get(service_accounts::list).post(service_accounts::create),
        )
        .route(
            "/v1/service-accounts/{id}",
            get(service_accounts::show)
                .patch(service_accounts::change)
                .delete(service_accounts::delete),
        )
        .route(
            "/v1/service-accounts/{id}/disable",
            post(service_accounts::disable),
        )
        .route(
            "/v1/service-accounts/{id}/enable",
            post(service_accounts::enable),
        )
        .route("/v1/api-keys", get(api_keys::list).post(api_keys::create))
        .route(
            "/v1/api-keys/{id}",
            get(api_keys::show)
                .patch(api_keys::rename)
                .delete(api_keys::revoke),
        )
        .route("/v1/api-keys/{id}/rotate", post(api_keys::rotate))
}

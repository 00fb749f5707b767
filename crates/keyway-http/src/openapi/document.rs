use keyway_core::action::Registry;
use serde_json::{Value, json};

use super::{
    actions, agents, approvals, audit, components, connectors, credentials, deliveries,
    installations, jobs, mcp_servers, oauth, paths, people, policy, publications, sessions, stats,
    webhook_endpoints,
};
use crate::settings::McpSettings;
use crate::shared::About;

/// The OpenAPI 3.1 document of a gateway with these actions.
pub fn document(about: &About, mcp: &McpSettings, registry: &Registry) -> Value {
    let mut components = components::schemas();
    let mut paths = paths::fixed(mcp);
    paths.insert("/v1/audit".into(), audit::path());
    paths.insert("/v1/stats".into(), stats::path());
    paths.extend(jobs::paths());
    components.insert("Job".into(), jobs::schema());
    paths.extend(approvals::paths());
    components.extend(approvals::schemas());
    paths.extend(agents::paths());
    components.extend(agents::schemas());
    paths.extend(sessions::paths());
    components.extend(sessions::schemas());
    paths.extend(oauth::paths());
    paths.extend(people::paths());
    paths.extend(policy::paths());
    paths.extend(credentials::paths());
    paths.extend(connectors::paths());
    paths.extend(installations::paths());
    paths.extend(publications::paths());
    paths.extend(deliveries::paths());
    paths.extend(webhook_endpoints::paths());
    paths.extend(mcp_servers::paths());
    actions::describe(registry, &mut paths, &mut components);
    let mut info = json!({ "title": about.title, "version": about.version });
    if let (Some(description), Some(info)) = (&about.description, info.as_object_mut()) {
        info.insert("description".into(), description.as_str().into());
    }
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": info,
        "servers": [{ "url": about.public_url.as_deref().unwrap_or("/") }],
        "security": [{ "apiKey": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key (`keyway api-keys create` makes one), or an access token of the authorization server for the resource `/v1`."
                }
            },
            "responses": components::responses(),
            "schemas": components
        }
    })
}

//! What every engine must do alike (`tests/it`), on a real PostgreSQL server, and what only a server does.

#[path = "../it/api_keys.rs"]
mod api_keys;
#[path = "../it/approvals.rs"]
mod approvals;
#[path = "../it/audit.rs"]
mod audit;
mod beside;
mod connecting;
#[path = "../it/connectors.rs"]
mod connectors;
#[path = "../it/conversing.rs"]
mod conversing;
#[path = "../it/credentials.rs"]
mod credentials;
#[path = "../it/deliveries.rs"]
mod deliveries;
mod engine;
#[path = "../it/entering.rs"]
mod entering;
#[path = "../it/external_people.rs"]
mod external_people;
#[path = "../it/facts.rs"]
mod facts;
#[path = "../it/first.rs"]
mod first;
#[path = "../it/installations.rs"]
mod installations;
#[path = "../it/inviting.rs"]
mod inviting;
#[path = "../it/jobs/mod.rs"]
mod jobs;
#[path = "../it/listing.rs"]
mod listing;
#[path = "../it/naming.rs"]
mod naming;
#[path = "../it/oauth/mod.rs"]
mod oauth;
#[path = "../it/organizations.rs"]
mod organizations;
#[path = "../it/outbox.rs"]
mod outbox;
#[path = "../it/people.rs"]
mod people;
#[path = "../it/publications.rs"]
mod publications;
#[path = "../it/schedules.rs"]
mod schedules;
#[path = "../it/sealing.rs"]
mod sealing;
#[path = "../it/server_tools.rs"]
mod server_tools;
#[path = "../it/sessions.rs"]
mod sessions;
#[path = "../it/stats.rs"]
mod stats;
#[path = "../it/support.rs"]
mod support;
#[path = "../it/tasks.rs"]
mod tasks;
#[path = "../it/webhook_endpoints.rs"]
mod webhook_endpoints;

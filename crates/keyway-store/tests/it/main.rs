//! What every engine must do alike, here on SQLite; `tests/pg` runs the same on PostgreSQL. Each test takes an
//! open store and knows no engine; only `opening`, `announcing` and `audit_files` are about files.

mod announcing;
mod api_keys;
mod approvals;
mod audit;
mod audit_files;
mod connectors;
mod conversing;
mod credentials;
mod deliveries;
mod engine;
mod entering;
mod external_people;
mod facts;
mod first;
mod installations;
mod inviting;
mod jobs;
mod listing;
mod naming;
mod oauth;
mod opening;
mod organizations;
mod outbox;
mod people;
mod publications;
mod schedules;
mod sealing;
mod server_tools;
mod sessions;
mod stats;
mod support;
mod tasks;
mod webhook_endpoints;

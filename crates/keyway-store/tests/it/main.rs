//! What every engine must do alike. Each test takes an open store and knows no engine; only
//! `opening` is about files.

mod announcing;
mod api_keys;
mod approvals;
mod audit;
mod connectors;
mod conversing;
mod credentials;
mod deliveries;
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

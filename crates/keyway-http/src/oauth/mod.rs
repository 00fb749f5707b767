//! The authorization server: one file an endpoint.

mod asked;
mod authorize;
mod consent;
mod device;
mod device_authorization;
mod introspect;
mod metadata;
mod posted;
mod register;
mod reply;
mod revoke;
mod routes;
mod token;

pub(crate) use routes::routes;

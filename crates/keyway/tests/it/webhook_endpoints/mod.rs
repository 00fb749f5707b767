//! Webhooks that go out, signed, to a real receiver.

mod approvals;
mod failing;
mod kills;
mod manage;
mod refused;
mod signed;
mod slow;
mod tenants;
pub(crate) mod world;

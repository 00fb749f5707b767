//! Publications and their webhooks, as an administrator's browser sees them.

mod deliveries;
mod installed;
mod made;
mod refused;
mod tenants;
mod world;

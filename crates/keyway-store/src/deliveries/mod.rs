//! Webhooks that were verified, each recorded once with what is to be done about it (ADR 0044).

mod delivery;
mod list;
mod progress;
mod record;
mod reply;

pub use delivery::{Delivery, DeliveryJob, DeliveryReply};
pub use list::DeliveryFilter;
pub use record::{NewDelivery, Recorded};

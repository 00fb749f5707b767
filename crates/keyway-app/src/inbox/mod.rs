//! The inbox: webhooks are verified, recorded once with the work they make, and said to an agent by a
//! job (ADR 0044).

mod accept;
mod dispatch;
mod judge;
mod manage;
mod message;
mod parcel;
mod press;
mod question;
mod reply;
mod settings;
mod view;
mod why;

pub use accept::Knock;
pub use manage::{Deliveries, ListDeliveries};
pub use settings::InboxSettings;
pub use view::{DeliveryPage, DeliveryView, ReplyView};
pub use why::Why;

//! The inbox: webhooks are verified, recorded once with the work they make, and said to an agent by a
//! job (ADR 0044).

mod accept;
mod app_wide;
mod dispatch;
mod judge;
mod manage;
mod message;
mod parcel;
mod reply;
mod settings;
mod trial;
mod view;
mod why;

pub use accept::Knock;
pub use app_wide::AppKnock;
pub use manage::{Deliveries, ListDeliveries};
pub use settings::InboxSettings;
pub use trial::{Trial, TrialOf};
pub use view::{DeliveryPage, DeliveryView, ReplyView};
pub use why::Why;

//! The inbox: webhooks are verified, recorded once with the work they make, and said to an agent by a
//! job (ADR 0044).

mod accept;
mod app_wide;
mod dispatch;
mod hear;
mod judge;
mod manage;
mod message;
mod parcel;
mod press;
mod question;
mod quota;
mod recorder;
mod reply;
mod scheduled;
mod settings;
mod stop;
mod trial;
mod underway;
mod view;
mod vouched;
mod why;

pub use accept::Knock;
pub(crate) use accept::order;
pub use app_wide::AppKnock;
pub use manage::{Deliveries, ListDeliveries};
pub(crate) use recorder::Recorder;
pub use settings::InboxSettings;
pub use trial::{Trial, TrialOf};
pub(crate) use view::is_web;
pub use view::{DeliveryPage, DeliveryView, ReplyView};
pub(crate) use vouched::VouchedFor;
pub use why::Why;

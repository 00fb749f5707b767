use keyway_app::inbox::DeliveryView;
use keyway_core::DeliveryId;
use keyway_pages::console_context::DeliveryLine;

use crate::console::show::moment;
use crate::console::visible::visible;
use crate::shared::Shared;

/// Where a delivery's page is.
pub(super) fn path(id: &DeliveryId) -> String {
    format!("/console/webhooks/{id}")
}

/// Deliveries as lines of a list.
pub(in crate::console) fn lines(shared: &Shared, deliveries: &[DeliveryView]) -> Vec<DeliveryLine> {
    deliveries.iter().map(|one| line(shared, one)).collect()
}

pub(super) fn line(shared: &Shared, one: &DeliveryView) -> DeliveryLine {
    DeliveryLine {
        href: path(&one.id),
        publication: one.publication_name.clone(),
        publication_href: format!("/console/publications/{}", one.publication),
        state: one.state,
        rule: visible(&one.rule_text),
        session: one.session.as_ref().map(ToString::to_string),
        attempts: one.attempts,
        most: one.max_attempts,
        error: one.last_error.clone(),
        came: moment(shared, one.received_at),
    }
}

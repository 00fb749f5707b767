//! Calls that wait for a decision: the inbox, one of them, deciding.

mod decide;
mod list;
mod page;

pub(super) use list::line;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::member("/console/approvals")
            .nav("approvals")
            .get(list::show),
        Route::member("/console/approvals/{id}").get(page::show),
        Route::member("/console/approvals/{id}/approve").post(decide::approve),
        Route::member("/console/approvals/{id}/deny").post(decide::deny),
    ]
}

/// The page of an approval.
fn href(id: &keyway_core::ApprovalId) -> String {
    format!("/console/approvals/{id}")
}

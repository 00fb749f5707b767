use jiff::Timestamp;
use keyway_store::{ServerStateRow, StoredState};

/// Of the time from `since` to `now` that the gateway ran and knew the server, which part it was
/// connected. `changes` are one server's, the oldest first, beginning with the one before `since` where
/// there is one.
pub(super) fn availability(
    changes: &[ServerStateRow],
    since: Timestamp,
    now: Timestamp,
) -> Option<f64> {
    let ends = changes.iter().skip(1).map(|change| change.at).chain([now]);
    let (mut up, mut known) = (0.0, 0.0);
    for (change, end) in changes.iter().zip(ends) {
        let lasted = end
            .duration_since(change.at.max(since))
            .as_secs_f64()
            .max(0.0);
        match change.state {
            StoredState::Stopped | StoredState::Removed => continue,
            StoredState::Connected => up += lasted,
            _ => {}
        }
        known += lasted;
    }
    (known > 0.0).then(|| up / known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_the_gateway_did_not_run_counts_neither_way() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let change = |second, state| ServerStateRow {
            organization: "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
            server: "docs".into(),
            at: at(second),
            state,
            reason: None,
        };
        let part = |changes: &[ServerStateRow]| availability(changes, at(100), at(200));
        assert_eq!(part(&[]), None);
        assert_eq!(part(&[change(0, StoredState::Stopped)]), None);
        assert_eq!(part(&[change(0, StoredState::Connected)]), Some(1.0));
        assert_eq!(
            part(&[
                change(50, StoredState::Connected),
                change(110, StoredState::Stopped),
                change(170, StoredState::Connecting),
                change(180, StoredState::Connected),
                change(190, StoredState::Disconnected),
            ]),
            Some(0.5)
        );
    }
}

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot be set up fails"
)]

use std::time::Duration;

use keyway_app::audit::AuditFilter;

use super::world::{Gate, gate, refused};

/// Waits until something of this kind is in the log so often.
async fn told(gate: &Gate, kind: &str, times: usize) {
    let waiting = async {
        while count(gate, kind).await < times {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), waiting);
    waited
        .await
        .unwrap_or_else(|_| panic!("{kind} is not in the log {times} times"));
}

async fn count(gate: &Gate, kind: &str) -> usize {
    let filter = AuditFilter {
        kind: Some(kind.to_owned()),
        ..AuditFilter::default()
    };
    let app = gate.world.app();
    let page = app
        .audit_events(&app.local(), &filter, None, Some(100))
        .await;
    page.unwrap().events.len()
}

#[tokio::test]
async fn what_was_granted_renewed_replayed_and_taken_back_is_in_the_log() {
    let gate = gate().await;
    told(&gate, "client_registered", 1).await;
    let code = gate.code(&gate.owner.visitor, "mcp").await;
    gate.redeem(&code).await.unwrap();
    told(&gate, "grant_made", 1).await;
    assert_eq!(refused(gate.redeem(&code).await), "invalid_grant");
    told(&gate, "token_replayed", 1).await;

    let first = gate.tokens().await;
    let second = gate.refresh(&first).await.unwrap();
    gate.refresh(&second).await.unwrap();
    told(&gate, "token_issued", 2).await;
    assert_eq!(refused(gate.refresh(&first).await), "invalid_grant");
    told(&gate, "token_replayed", 2).await;

    let third = gate.tokens().await;
    let who = gate.come_in(&third).await.unwrap();
    let keyway_core::Subject::Token { grant, .. } = who.subject() else {
        panic!("a token came in");
    };
    let local = gate.world.local();
    gate.oauth().revoke_grant(&local, grant).await.unwrap();
    told(&gate, "grant_revoked", 1).await;
    gate.world.stop().await;
}

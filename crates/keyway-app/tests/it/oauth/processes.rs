use keyway_app::oauth::{GrantsWanted, RevokeGrants};
use keyway_store::Purpose;

use super::world::gate;
use crate::support::Process;

#[tokio::test]
async fn what_another_process_revokes_ends_here_within_a_second_or_two() {
    let gate = gate().await;
    let tokens = gate.tokens().await;
    let who = gate.come_in(&tokens).await.unwrap();
    let hanging = gate.world.app().revoked(&who);
    let directory = gate.world.directory.path();
    let beside = Process::start(directory, Purpose::Command, Vec::new()).await;
    let local = beside.app.local();
    let listed = beside
        .app
        .oauth()
        .grants(&local, &GrantsWanted::default())
        .await;
    assert_eq!(listed.unwrap().grants.len(), 1);
    let ended = beside
        .app
        .oauth()
        .revoke_grants(&local, &RevokeGrants::All)
        .await;
    assert_eq!(ended.unwrap(), 1);
    let waited = tokio::time::timeout(std::time::Duration::from_secs(20), hanging.cancelled());
    waited.await.unwrap();
    assert!(gate.come_in(&tokens).await.is_err());
    beside.stop().await;
    gate.world.stop().await;
}

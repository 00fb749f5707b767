use keyway_core::Secret;
use keyway_store::oauth::RevokedFor;
use keyway_store::{Changed, Credentials, LinkPurpose, OneTimeLink, Role};

use super::world::world;
use crate::support::{at, member};

#[tokio::test]
async fn attack_a_disabled_persons_grants_do_not_come_back() {
    let world = world().await;
    let store = world.store();
    store
        .create_member(&world.acme, &member(Role::Owner))
        .await
        .unwrap();
    let (grant, _) = world.granted(0).await;
    for at in [Some(at(1)), None] {
        let changed = store.disable_user(&world.acme, &world.owner.id, at).await;
        assert_eq!(changed.unwrap(), Changed::Done);
    }
    let kept = store.oauth_grant(&world.acme, &grant.id).await.unwrap();
    assert_eq!(kept.unwrap().revoked, Some((at(1), RevokedFor::Admin)));
}

#[tokio::test]
async fn attack_a_reset_password_leaves_no_grant_behind() {
    let world = world().await;
    let store = world.store();
    let (grant, _) = world.granted(0).await;
    let link = OneTimeLink {
        purpose: LinkPurpose::Reset,
        organization: world.acme.clone(),
        user: world.owner.id.clone(),
        created_at: at(0),
        expires_at: at(100),
    };
    store.create_link(&link, "hash").await.unwrap();
    let credentials = Credentials {
        name: None,
        email: None,
        password_hash: Secret::new("$argon2id$".to_owned()),
    };
    let used = store.use_link(&link, "hash", &credentials, at(1)).await;
    assert!(used.unwrap());
    let kept = store.oauth_grant(&world.acme, &grant.id).await.unwrap();
    assert_eq!(kept.unwrap().revoked, Some((at(1), RevokedFor::Admin)));
}

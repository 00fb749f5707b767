#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_app::audit::AuditFilter;
use keyway_app::people::Accept;
use keyway_core::{Kind, Role, Secret};

use super::world::{GOOD, World, browser, secret};

const GRACE: &str = "grace@example.com";

/// The invitation of someone who was a member, and was removed.
async fn invited_back(world: &World) -> Secret<String> {
    let grace = world.joined(GRACE, Role::Member).await;
    let (people, local) = (world.people(), world.local());
    people
        .remove_member(&local, &grace.visitor.user.id)
        .await
        .unwrap();
    let made = people.invite(&local, GRACE, Role::Admin).await.unwrap();
    made.token
}

fn proving(password: &str) -> Accept<'static> {
    Accept::Account {
        password: secret(password),
        browser: browser(7),
    }
}

#[tokio::test]
async fn a_removed_member_accepts_with_the_password_they_have() {
    let (world, _) = World::start().await;
    let token = invited_back(&world).await;
    let people = world.people();
    let look = people.look_at_invitation(token.expose()).await.unwrap();
    assert!(look.has_account && look.has_password);
    for _ in 0..3 {
        let wrong = people
            .accept_invitation(token.expose(), proving("not the password"))
            .await
            .unwrap_err();
        assert_eq!(wrong.code(), "invalid_credentials");
    }
    let joined = people
        .accept_invitation(token.expose(), proving(GOOD))
        .await
        .unwrap();
    assert_eq!(joined.visitor.principal.role(), Role::Admin);
    // What was tried in vain is in the log, though they belonged nowhere.
    let failed = AuditFilter {
        kind: Some("sign_in_failed".to_owned()),
        ..AuditFilter::default()
    };
    let page = world
        .app()
        .audit_events(&world.local(), &failed, None, None)
        .await
        .unwrap();
    assert_eq!(page.events.len(), 3);
    let user = joined.visitor.user.id.as_str();
    for event in &page.events {
        assert!(event.record.get().contains(user), "{}", event.record);
    }
    world.stop().await;
}

#[tokio::test]
async fn attack_guessing_at_an_invitation_is_held_up_like_signing_in() {
    let (world, _) = World::start().await;
    let token = invited_back(&world).await;
    let people = world.people();
    for _ in 0..10 {
        let wrong = people
            .accept_invitation(token.expose(), proving("not the password"))
            .await
            .unwrap_err();
        assert_eq!(wrong.kind(), Kind::Unauthenticated);
    }
    let over = people
        .accept_invitation(token.expose(), proving(GOOD))
        .await
        .unwrap_err();
    assert_eq!(
        (over.kind(), over.code()),
        (Kind::RateLimited, "too_many_attempts")
    );
    people.look_at_invitation(token.expose()).await.unwrap();
    world.stop().await;
}

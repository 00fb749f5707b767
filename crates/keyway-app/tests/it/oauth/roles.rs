use keyway_core::Role;

use super::world::gate;

#[tokio::test]
async fn who_is_no_admin_any_more_takes_the_scope_from_their_tokens() {
    let gate = gate().await;
    let people = gate.world.people();
    let admin = gate.world.joined("grace@example.com", Role::Admin).await;
    let code = gate.code(&admin.visitor, "mcp admin").await;
    let tokens = gate.redeem(&code).await.unwrap();
    let who = gate.come_in(&tokens).await.unwrap();
    assert!(who.scopes().admin() && who.role() == Role::Admin);

    let (local, user) = (gate.world.local(), &admin.visitor.user.id);
    people.set_role(&local, user, Role::Member).await.unwrap();
    let who = gate.come_in(&tokens).await.unwrap();
    assert!(!who.scopes().admin() && who.role() == Role::Member);

    people.remove_member(&local, user).await.unwrap();
    assert!(gate.come_in(&tokens).await.is_err());
    gate.world.stop().await;
}

#[tokio::test]
async fn who_leaves_before_the_code_is_used_grants_nothing() {
    let gate = gate().await;
    let member = gate.world.joined("grace@example.com", Role::Member).await;
    let code = gate.code(&member.visitor, "mcp").await;
    let local = gate.world.local();
    let people = gate.world.people();
    people
        .remove_member(&local, &member.visitor.user.id)
        .await
        .unwrap();
    assert_eq!(
        super::world::refused(gate.redeem(&code).await),
        "invalid_grant"
    );
    gate.world.stop().await;
}

#[tokio::test]
async fn attack_what_a_disabled_person_granted_stays_ended_when_they_are_let_in_again() {
    let gate = gate().await;
    let member = gate.world.joined("grace@example.com", Role::Member).await;
    let code = gate.code(&member.visitor, "mcp").await;
    let tokens = gate.redeem(&code).await.unwrap();
    let unused = gate.code(&member.visitor, "mcp").await;
    let who = gate.come_in(&tokens).await.unwrap();
    let hanging = gate.world.app().revoked(&who);
    let (people, local) = (gate.world.people(), gate.world.local());
    let user = &member.visitor.user.id;
    people.disable_user(&local, user).await.unwrap();
    assert!(hanging.is_cancelled());
    assert!(gate.come_in(&tokens).await.is_err());
    people.enable_user(&local, user).await.unwrap();
    assert!(gate.come_in(&tokens).await.is_err());
    let refreshed = super::world::refused(gate.refresh(&tokens).await);
    assert_eq!(refreshed, "invalid_grant");
    let redeemed = super::world::refused(gate.redeem(&unused).await);
    assert_eq!(redeemed, "invalid_grant");
    // Signed in again, they decide anew.
    let again = gate
        .world
        .sign_in("grace@example.com", crate::people::world::GOOD)
        .await
        .unwrap();
    let code = gate.code(&again.visitor, "mcp").await;
    let tokens = gate.redeem(&code).await.unwrap();
    gate.come_in(&tokens).await.unwrap();
    gate.world.stop().await;
}

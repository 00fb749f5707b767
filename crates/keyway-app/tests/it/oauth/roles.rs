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

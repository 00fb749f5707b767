use keyway_app::credentials::Place;
use keyway_core::{Actor, Kind, Principal, Role, Scopes, Secret, Subject};

use super::world::{CANARY, World, any, of_user};

#[tokio::test]
async fn a_credential_is_set_used_replaced_and_revoked_and_never_shown() {
    let world = World::start().await;
    let (who, all) = (world.operator(), world.credentials());
    let first = world.set(&who, &Place::Organization, "live", CANARY).await;
    let first = first.unwrap();
    assert!(first.default);
    assert_eq!(
        world.call(&who, "whose", any()).await.unwrap(),
        CANARY.to_owned()
    );
    let listed = serde_json::to_string(&all.list(&who, None).await.unwrap()).unwrap();
    assert!(listed.contains(r#""key":"acme","scope":"organization","name":"live","default":true"#));
    assert!(!listed.contains(CANARY), "{listed}");

    // The next call gets what was set last.
    let again = world
        .set(&who, &Place::Organization, "live", "second")
        .await;
    let again = again.unwrap();
    assert_eq!((again.id.clone(), again.revision), (first.id.clone(), 2));
    assert_eq!(world.call(&who, "whose", any()).await.unwrap(), "second");

    let other = world.set(&who, &Place::Organization, "test", "third").await;
    let other = other.unwrap();
    assert!(!other.default);
    all.make_default(&who, &other.id).await.unwrap();
    assert_eq!(world.call(&who, "whose", any()).await.unwrap(), "third");
    let renamed = all.rename(&who, &first.id, "old").await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.default), ("old", false));

    all.revoke(&who, &first.id, false).await.unwrap();
    let refused = all.revoke(&who, &other.id, false).await.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.code()),
        (Kind::Conflict, "credential_in_use")
    );
    assert!(refused.to_string().contains("`whose`"), "{refused}");
    all.revoke(&who, &other.id, true).await.unwrap();
    let gone = world.call(&who, "whose", any()).await.unwrap_err();
    assert_eq!(gone.code(), "credential_missing");

    let events = world.process.app.audit();
    let all_events = keyway_app::audit::AuditFilter::default();
    events.sign_checkpoints().await;
    let told = events.after(who.organization(), &all_events, 0).await;
    let told: String = told
        .unwrap()
        .iter()
        .map(|event| event.record.get().to_owned())
        .collect();
    for kind in ["credential_set", "credential_changed", "credential_revoked"] {
        assert!(told.contains(kind), "{kind}");
    }
    assert!(!told.contains(CANARY));
}

#[tokio::test]
async fn admins_manage_the_organizations_and_people_their_own() {
    let world = World::start().await;
    let (admin, admin_id) = world.member(Role::Admin, 1).await;
    let (member, member_id) = world.member(Role::Member, 2).await;
    let web = world.project("web").await;
    for place in [&Place::Organization, &web] {
        let refused = world.set(&member, place, "x", CANARY).await.unwrap_err();
        assert_eq!(refused.code(), "administrators_only");
        world.set(&admin, place, "x", "shared").await.unwrap();
    }
    let theirs_place = of_user(&member_id);
    let own = world.set(&member, &theirs_place, "mine", "member's").await;
    let own = own.unwrap();
    let refused = world
        .set(&admin, &of_user(&member_id), "mine", CANARY)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "not_your_credential");
    world
        .set(&admin, &of_user(&admin_id), "mine", "admin's")
        .await
        .unwrap();
    let (all, seen) = (world.credentials(), |list: Vec<_>| list.len());
    assert_eq!(seen(all.list(&admin, None).await.unwrap()), 4);
    let members = all.list(&member, None).await.unwrap();
    assert_eq!(members.len(), 3);
    // An admin ends what somebody left behind; a member cannot even tell that an admin's is there.
    let admins = all.list(&admin, None).await.unwrap();
    let theirs = admins.iter().find(|one| one.place == of_user(&admin_id));
    let refused = all
        .revoke(&member, &theirs.unwrap().id, true)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "credential_not_found");
    all.revoke(&admin, &own.id, true).await.unwrap();

    // A key that was made for less than its owner may do sets nothing that is used in their stead.
    let narrow = member.with_scopes("tools:weather".parse().unwrap());
    let refused = world.set(&narrow, &theirs_place, "mine", CANARY);
    assert_eq!(refused.await.unwrap_err().code(), "key_too_narrow");
    let narrow = admin.with_scopes("mcp".parse().unwrap());
    assert_eq!(seen(all.list(&narrow, None).await.unwrap()), 3);
    // What is somebody's own an admin neither renames nor chooses.
    let own = world.set(&member, &theirs_place, "mine", "member's").await;
    let own = own.unwrap();
    for refused in [
        all.rename(&admin, &own.id, "x").await,
        all.make_default(&admin, &own.id).await,
    ] {
        assert_eq!(refused.unwrap_err().code(), "not_your_credential");
    }

    // Each person's call gets their own.
    world
        .set(&member, &of_user(&member_id), "mine", "member's")
        .await
        .unwrap();
    assert_eq!(world.call(&member, "own", any()).await.unwrap(), "member's");
    assert_eq!(world.call(&admin, "own", any()).await.unwrap(), "admin's");
}

#[tokio::test]
async fn attack_no_oauth_client_sets_or_ends_a_credential() {
    let world = World::start().await;
    let (_, user) = world.member(Role::Owner, 1).await;
    let operator = world.operator();
    let kept = world.set(&operator, &Place::Organization, "live", "kept");
    let kept = kept.await.unwrap();
    let client = Subject::Token {
        grant: "grant_01890a5d-ac96-774b-bcce-b302099a8057"
            .parse()
            .unwrap(),
        client: "https://client.example/app".parse().unwrap(),
        owner: Actor::User(user.clone()),
    };
    let who = Principal::new(world.operator().organization().clone(), client)
        .with_role(Role::Owner)
        .with_scopes(Scopes::all());
    for place in [Place::Organization, of_user(&user)] {
        let refused = world.set(&who, &place, "x", CANARY).await.unwrap_err();
        assert_eq!(refused.code(), "not_through_a_client");
    }
    let all = world.credentials();
    let refused = all.revoke(&who, &kept.id, true).await.unwrap_err();
    assert_eq!(refused.code(), "not_through_a_client");
    // To use one is what it is for.
    assert_eq!(world.call(&who, "whose", any()).await.unwrap(), "kept");
}

#[tokio::test]
async fn another_organization_sees_and_changes_nothing() {
    let world = World::start().await;
    let people = world.process.app.people();
    people
        .create_organization(&world.operator(), "other", "Other")
        .await
        .unwrap();
    let other = people
        .operator_of(&world.operator(), "other")
        .await
        .unwrap();
    let operator = world.operator();
    let own = world.set(&operator, &Place::Organization, "live", CANARY);
    let own = own.await.unwrap();
    let all = world.credentials();
    assert!(all.list(&other, None).await.unwrap().is_empty());
    for refused in [
        all.rename(&other, &own.id, "x").await.err(),
        all.make_default(&other, &own.id).await.err(),
        all.revoke(&other, &own.id, true).await.err(),
        all.view(&other, &own.id).await.err(),
    ] {
        assert_eq!(refused.unwrap().code(), "credential_not_found");
    }
    let fields = Secret::new(r#"{"apiKey":"theirs"}"#.to_owned());
    all.set(&other, "acme", &Place::Organization, None, &fields)
        .await
        .unwrap();
    let got = world.call(&world.operator(), "whose", any()).await.unwrap();
    assert_eq!(got, CANARY);
}

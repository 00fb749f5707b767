use std::time::Duration;

use keyway_app::{ApiKeyState, DEFAULT_OVERLAP};
use keyway_core::{Kind, Principal, Subject};
use keyway_store::Purpose;

use crate::support::{Process, until};

#[tokio::test]
async fn a_key_comes_in_and_a_wrong_one_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let key = process.key.clone().unwrap();
    for _ in 0..2 {
        let who = process.app.authenticate(&key).await.unwrap();
        assert_eq!(who.organization(), process.app.local().organization());
        assert!(matches!(who.subject(), Subject::ApiKey { .. }));
        assert!(!process.app.revoked(&who).is_cancelled());
    }
    let unknown = keyway_app::SecretText::generate(
        keyway_app::TokenKind::ApiKey,
        &keyway_vault::random::SystemRandom,
    );
    for wrong in ["", "kw_", unknown.secret().expose(), &key[..40]] {
        for _ in 0..2 {
            let error = process.app.authenticate(wrong).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Unauthenticated);
            assert_eq!(error.message(), "the API key is not valid");
        }
    }
    process.stop().await;
}

#[tokio::test]
async fn keys_are_made_listed_replaced_and_ended() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (app, clock) = (&process.app, &process.clock);
    let (keys, local) = (app.api_keys(), app.local());
    clock.advance(Duration::from_secs(1));
    let end = app_now(&process) + jiff::SignedDuration::from_hours(48);
    let made = keys.create(&local, "ci", Some(end)).await.unwrap();
    assert_eq!(made.view.shown, made.secret.expose()[..9]);
    let old = app.authenticate(made.secret.expose()).await.unwrap();

    clock.advance(Duration::from_secs(1));
    let new = keys
        .rotate(&local, &made.view.id, DEFAULT_OVERLAP)
        .await
        .unwrap();
    assert_eq!(new.view.rotated_from, Some(made.view.id.clone()));
    let life = |view: &keyway_app::ApiKeyView| {
        let end = view.expires_at.unwrap();
        end.duration_since(view.created_at)
    };
    assert_eq!(life(&new.view), life(&made.view));
    let listed = serde_json::to_string(&keys.list(&local).await.unwrap()).unwrap();
    assert!(!listed.contains(new.secret.expose()));

    app.authenticate(made.secret.expose()).await.unwrap();
    clock.advance(Duration::from_hours(24));
    let error = app.authenticate(made.secret.expose()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unauthenticated, "the overlap is over");
    let revoked = app.revoked(&old);
    until(async || revoked.is_cancelled()).await;
    app.authenticate(new.secret.expose()).await.unwrap();

    let error = keys
        .rotate(&local, &made.view.id, Duration::ZERO)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    keys.revoke(&local, &new.view.id).await.unwrap();
    app.authenticate(new.secret.expose()).await.unwrap_err();
    let listed = keys.list(&local).await.unwrap();
    let states: Vec<_> = listed.iter().map(|key| key.state).collect();
    let all = [
        ApiKeyState::Active,
        ApiKeyState::Expired,
        ApiKeyState::Revoked,
    ];
    assert_eq!(states, all);
    process.stop().await;
}

#[tokio::test]
async fn no_overlap_ends_the_old_key_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (app, local) = (&process.app, process.app.local());
    let key = process.key.clone().unwrap();
    let who = app.authenticate(&key).await.unwrap();
    let token = app.revoked(&who);
    let first = app.api_keys().list(&local).await.unwrap().remove(0);
    app.api_keys()
        .rotate(&local, &first.id, Duration::ZERO)
        .await
        .unwrap();
    assert!(token.is_cancelled());
    app.authenticate(&key).await.unwrap_err();
    process.stop().await;
}

#[tokio::test]
async fn a_key_revoked_by_another_process_ends_here() {
    let directory = tempfile::tempdir().unwrap();
    let serving = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let command = Process::start(directory.path(), Purpose::Command, Vec::new()).await;
    let key = serving.key.clone().unwrap();
    let who = serving.app.authenticate(&key).await.unwrap();
    let token = serving.app.revoked(&who);

    let keys = command.app.api_keys();
    let made = keys
        .create(&command.app.local(), "new", None)
        .await
        .unwrap();
    serving
        .app
        .authenticate(made.secret.expose())
        .await
        .unwrap();
    assert!(
        !token.is_cancelled(),
        "another key's change is not this one's end"
    );

    let Subject::ApiKey { key: id, .. } = who.subject() else {
        panic!("it came in with a key");
    };
    keys.revoke(&command.app.local(), id).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), token.cancelled())
        .await
        .unwrap();
    assert!(serving.app.authenticate(&key).await.is_err());
    assert!(serving.app.revoked(&who).is_cancelled());
    serving
        .app
        .authenticate(made.secret.expose())
        .await
        .unwrap();
    command.stop().await;
    serving.stop().await;
}

#[tokio::test]
async fn only_owners_admins_and_the_operator_manage_keys() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let keys = process.app.api_keys();
    let owner = process
        .app
        .authenticate(&process.key.clone().unwrap())
        .await
        .unwrap();
    let id = keys.list(&owner).await.unwrap().remove(0).id;

    let anonymous = process.app.anonymous();
    let stranger = Principal::new(
        process.app.local().organization().clone(),
        Subject::ApiKey {
            key: id.clone(),
            owner: keyway_core::Actor::User(
                "user_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
            ),
        },
    )
    .with_scopes(keyway_core::Scopes::all());
    for who in [&anonymous, &stranger] {
        let kinds = [
            keys.list(who).await.unwrap_err().kind(),
            keys.create(who, "x", None).await.unwrap_err().kind(),
            keys.rotate(who, &id, Duration::ZERO)
                .await
                .unwrap_err()
                .kind(),
            keys.revoke(who, &id).await.unwrap_err().kind(),
        ];
        assert_eq!(kinds, [Kind::Forbidden; 4]);
    }
    for name in ["", " x", &"x".repeat(101), "a\nb"] {
        let error = keys.create(&owner, name, None).await.unwrap_err();
        assert_eq!(error.problems()[0].pointer, "/name");
    }
    let past = app_now(&process);
    let error = keys.create(&owner, "x", Some(past)).await.unwrap_err();
    assert_eq!(error.problems()[0].pointer, "/expiresAt");
    process.stop().await;
}

#[tokio::test]
async fn the_last_use_is_written_down() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let key = process.key.clone().unwrap();
    let who = process.app.authenticate(&key).await.unwrap();
    let store = process.store.clone();
    process.stop().await;
    let keys = store.api_keys(who.organization()).await.unwrap();
    assert!(keys[0].last_used_at.is_some());
}

fn app_now(process: &Process) -> jiff::Timestamp {
    keyway_core::ports::Clock::now(&*process.clock)
}

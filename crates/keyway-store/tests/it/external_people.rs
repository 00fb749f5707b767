#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::{OrgId, UserId};
use keyway_store::{Changed, Claimed, ExternalClaim, ExternalIdentity, Role, Store};

use crate::support::{at, fresh, id, member, published, tenant};

fn claim(organization: &OrgId, identity: &ExternalIdentity) -> ExternalClaim {
    ExternalClaim {
        organization: organization.clone(),
        identity: identity.clone(),
        created_at: at(0),
        expires_at: at(600),
    }
}

/// Makes a link for somebody, with its hash, and uses it at a moment.
async fn says(
    store: &Store,
    claim: &ExternalClaim,
    hash: &str,
    user: &UserId,
    second: i64,
) -> Claimed {
    store.create_claim(claim, hash).await.unwrap();
    let link = id("link");
    let using = store.use_claim(claim, hash, (&link, user), at(second));
    using.await.unwrap()
}

#[tokio::test]
async fn attack_somebody_elsewhere_is_one_person_here_and_nobody_takes_them_over() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (organization, ada) = tenant(store, "acme").await;
    let bob = member(Role::Admin);
    store.create_member(&organization, &bob).await.unwrap();
    let installation = published(store, &organization).await.installation;
    let who = |person: &str| ExternalIdentity {
        installation: installation.clone(),
        provider: "slack".into(),
        workspace: "T0HOME".into(),
        workspace_name: "Home".into(),
        id: person.into(),
        name: person.to_lowercase(),
    };
    let adas = claim(&organization, &who("U0ADA"));
    assert_eq!(
        says(store, &adas, "late", &ada.id, 600).await,
        Claimed::Gone
    );
    assert_eq!(says(store, &adas, "one", &ada.id, 1).await, Claimed::Done);
    let link = id("link");
    let again = store.use_claim(&adas, "one", (&link, &bob.id), at(2)).await;
    assert_eq!(again.unwrap(), Claimed::Gone, "once");
    assert_eq!(says(store, &adas, "two", &bob.id, 2).await, Claimed::Taken);
    let other = claim(&organization, &who("U0OTHER"));
    assert_eq!(
        says(store, &other, "three", &ada.id, 3).await,
        Claimed::Another
    );
    assert_eq!(
        says(store, &adas, "four", &ada.id, 4).await,
        Claimed::Done,
        "the same"
    );

    let there = who("U0ADA");
    let known = store.external_person_known(&organization, &there);
    let known = known.await.unwrap().unwrap();
    assert_eq!(known.user, ada.id);
    let (elsewhere, _) = tenant(store, "globex").await;
    let there = store.external_person(&elsewhere, &known.id).await.unwrap();
    assert_eq!(there, None);
    assert!(
        !store
            .remove_external_person(&elsewhere, &known.id)
            .await
            .unwrap()
    );
    let hidden = store.claim(&elsewhere, "three", at(4)).await.unwrap();
    assert_eq!(hidden, None);

    // It goes with the membership.
    assert_eq!(says(store, &other, "five", &bob.id, 5).await, Claimed::Done);
    let removed = store.remove_member(&organization, &bob.id, at(6)).await;
    assert_eq!(removed.unwrap(), Changed::Done);
    let there = who("U0OTHER");
    let gone = store.external_person_known(&organization, &there);
    assert_eq!(gone.await.unwrap(), None);
}

#[tokio::test]
async fn a_button_counts_once_for_the_publication_it_is_of() {
    let fresh = fresh().await;
    let (organization, _) = tenant(&fresh.store, "acme").await;
    let one = published(&fresh.store, &organization).await.id;
    let other = published(&fresh.store, &organization).await.id;
    let press = async |publication, second| {
        let pressed = fresh.store.record_press(publication, "press:1", at(second));
        pressed.await.unwrap()
    };
    assert!(press(&one, 0).await);
    assert!(!press(&one, 1).await && !press(&one, 86_000).await);
    assert!(press(&other, 1).await);
}

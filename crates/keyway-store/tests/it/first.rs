use keyway_store::{FirstRows, FirstStart, Role};

use crate::support::{fresh, key_of, member, organization};

fn rows() -> FirstRows {
    let owner = member(Role::Owner);
    FirstRows {
        organization: organization("default"),
        api_key: key_of(&owner, 0),
        owner,
    }
}

#[tokio::test]
async fn the_first_rows_are_made_once_also_by_two_at_once() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (mine, theirs) = (rows(), rows());
    let (one, other) = tokio::join!(store.first_start(&mine), store.first_start(&theirs));
    let (made, before) = match (one.unwrap(), other.unwrap()) {
        (FirstStart::Made, FirstStart::Before(found)) => (mine, found),
        (FirstStart::Before(found), FirstStart::Made) => (theirs, found),
        other => panic!("exactly one makes them: {other:?}"),
    };
    assert_eq!(before, made.organization);
    let organization = &made.organization.id;
    assert_eq!(store.members(organization).await.unwrap(), [made.owner]);
    let keys = store.api_keys(organization).await.unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].id, made.api_key.id);
}

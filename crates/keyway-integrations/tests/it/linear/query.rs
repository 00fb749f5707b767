use serde_json::json;

use super::setup::{Kept, asked, call, code};

#[tokio::test]
async fn a_query_is_asked_as_it_is() {
    let kept = Kept::installed().await;
    kept.vendor.add_issue("ENG", "The pipe leaks", "");
    let context = kept.publication(json!({})).await;
    let query =
        "query Mine($id: String!) { one: issue(id: $id) { ...F } } fragment F on Issue { title }";
    let input = json!({ "query": query, "variables": { "id": "ENG-1" } });
    let data = call(&context, "graphql_read", input).await.unwrap();
    assert_eq!(data, json!({ "one": { "title": "The pipe leaks" } }));
    assert_eq!(
        asked(&kept.vendor),
        (query.to_owned(), json!({ "id": "ENG-1" }))
    );
    let short = call(
        &context,
        "graphql_read",
        json!({ "query": "{ viewer { name } }" }),
    )
    .await;
    assert_eq!(short.unwrap(), json!({ "viewer": { "name": "Keyway" } }));
}

#[tokio::test]
async fn nothing_but_one_query_leaves() {
    let kept = Kept::installed().await;
    let context = kept.publication(json!({})).await;
    kept.vendor.forget_received();
    for query in [
        "mutation { issueUpdate(id: \"ENG-1\", input: { title: \"x\" }) { success } }",
        "subscription { issues { id } }",
        "query A { viewer { id } } mutation B { a }",
        "# \rmutation { a }",
        "query A { viewer { id } } query B { viewer { id } }",
        "not graphql",
    ] {
        let error = call(&context, "graphql_read", json!({ "query": query }))
            .await
            .unwrap_err();
        assert_eq!(error.problems()[0].pointer, "/query", "{query}");
    }
    let input = json!({ "query": "{ viewer { id } }", "variables": [1] });
    assert_eq!(
        call(&context, "graphql_read", input)
            .await
            .unwrap_err()
            .problems()[0]
            .pointer,
        "/variables"
    );
    // It reads every team, so it is for publications of every team.
    let teams = kept.publication(json!({ "teams": ["ENG"] })).await;
    let refused = call(
        &teams,
        "graphql_read",
        json!({ "query": "{ viewer { id } }" }),
    )
    .await;
    assert_eq!(code(refused), "outside_publication");
    assert!(kept.vendor.received().is_empty());
}

#[tokio::test]
async fn what_linear_refuses_of_a_query_is_said_without_its_words() {
    let kept = Kept::installed().await;
    let context = kept.publication(json!({})).await;
    for query in [
        "{ viewer { canary } }",
        "{ canary { id } }",
        "{ issue(id: \"canary\") { id } }",
    ] {
        let refused = call(&context, "graphql_read", json!({ "query": query })).await;
        assert_eq!(code(refused), "vendor_refused", "{query}");
    }
}

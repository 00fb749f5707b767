//! Lists are read a part at a time, and changes name what they were made of.

use http::Method;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::Answer;

async fn send(app: &TestApp, method: Method, path: &str, key: &str, body: Option<Value>) -> Answer {
    let ask = app.ask(method, path).bearer(key);
    match body {
        Some(body) => ask.json(&body).send().await,
        None => ask.send().await,
    }
}

#[tokio::test]
async fn a_change_that_names_an_old_revision_is_refused_and_says_what_is_now() {
    let app = TestApp::with([]).await;
    let key = app.key.clone();
    let ask = async |method: Method, path: &str, body: Value| {
        send(&app, method, path, &key, Some(body)).await
    };
    let made = |path: &'static str, body: Value| ask(Method::POST, path, body);
    let project = made("/v1/projects", json!({ "slug": "web", "name": "Web" })).await;
    let bot = made(
        "/v1/service-accounts",
        json!({ "name": "bot", "role": "member" }),
    )
    .await;
    let name = json!({ "name": "key" });
    let issued = made("/v1/api-keys", name).await;
    let client = json!({ "name": "App", "redirectUris": ["https://app.example/cb"] });
    let client = made("/v1/oauth/clients", client).await;
    let of =
        |path: &str, answer: &Answer| format!("{path}/{}", answer.json()["id"].as_str().unwrap());
    for path in [
        "/v1/organization".to_owned(),
        of("/v1/projects", &project),
        of("/v1/service-accounts", &bot),
        of("/v1/api-keys", &issued),
        of("/v1/oauth/clients", &client),
    ] {
        let seen = send(&app, Method::GET, &path, &key, None).await.json();
        assert_eq!(seen["revision"], 1, "{path}: {seen}");
        let first = json!({ "name": "first", "revision": 1 });
        let first = ask(Method::PATCH, &path, first).await;
        assert_eq!(
            (first.status(), &first.json()["revision"]),
            (200, &json!(2)),
            "{path}"
        );
        let late = json!({ "name": "canary", "revision": 1 });
        let late = ask(Method::PATCH, &path, late).await;
        assert_eq!(
            (late.status(), &late.json()["code"]),
            (409, &json!("changed_meanwhile")),
            "{path}"
        );
        let detail = late.json()["detail"].as_str().unwrap().to_owned();
        assert!(
            detail.contains("first") && detail.contains("revision 2"),
            "{detail}"
        );
        assert!(!late.text().contains("canary"));
        let now = send(&app, Method::GET, &path, &key, None).await.json();
        assert_eq!(now["name"], "first", "{path}");
        let unnamed = ask(Method::PATCH, &path, json!({ "name": "third" })).await;
        assert_eq!(
            (unnamed.status(), &unnamed.json()["revision"]),
            (200, &json!(3)),
            "{path}"
        );
    }
    let members = send(&app, Method::GET, "/v1/members", &key, None)
        .await
        .json();
    let path = format!(
        "/v1/members/{}",
        members["members"][0]["id"].as_str().unwrap()
    );
    let late = json!({ "role": "owner", "revision": 7 });
    let late = ask(Method::PATCH, &path, late).await;
    assert_eq!(
        (late.status(), &late.json()["code"]),
        (409, &json!("changed_meanwhile"))
    );
    let now = json!({ "role": "owner", "revision": 1 });
    assert_eq!(ask(Method::PATCH, &path, now).await.status(), 200);
}

#[tokio::test]
async fn lists_are_read_a_part_at_a_time_and_searched() {
    let app = TestApp::with([]).await;
    for number in 0..7 {
        let name = format!("N%{number}");
        for (path, body) in [
            (
                "/v1/projects",
                json!({ "slug": format!("n{number}"), "name": name }),
            ),
            (
                "/v1/service-accounts",
                json!({ "name": name, "role": "member" }),
            ),
            ("/v1/api-keys", json!({ "name": name })),
            (
                "/v1/invitations",
                json!({ "email": format!("n%{number}@example.com"), "role": "member" }),
            ),
            (
                "/v1/oauth/clients",
                json!({ "name": name, "redirectUris": ["https://app.example/cb"] }),
            ),
        ] {
            let made = app.post(path).json(&body).send().await;
            assert_eq!(made.status(), 201, "{path}: {}", made.text());
        }
    }
    for (path, of) in [
        ("/v1/projects", "projects"),
        ("/v1/service-accounts", "serviceAccounts"),
        ("/v1/api-keys", "apiKeys"),
        ("/v1/invitations", "invitations"),
        ("/v1/oauth/clients", "clients"),
    ] {
        let (mut ids, mut cursor, mut parts) = (Vec::new(), String::new(), 0);
        loop {
            let part = app
                .get(&format!("{path}?search=n%25&limit=3{cursor}"))
                .send()
                .await;
            assert_eq!(part.status(), 200, "{path}: {}", part.text());
            let part = part.json();
            let rows = part[of].as_array().unwrap();
            assert!(rows.len() <= 3);
            ids.extend(
                rows.iter()
                    .map(|row| row["id"].as_str().unwrap().to_owned()),
            );
            parts += 1;
            let Some(next) = part["nextCursor"].as_str() else {
                break;
            };
            cursor = format!(
                "&cursor={}",
                url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>()
            );
        }
        let found = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((found, ids.len(), parts), (7, 7, 3), "{path}");
        let one = app.get(&format!("{path}?search=%253")).send().await.json();
        assert_eq!(one[of].as_array().unwrap().len(), 1, "{path}: {one}");
        let none = app.get(&format!("{path}?search=_%253")).send().await.json();
        assert_eq!(none[of].as_array().unwrap().len(), 0, "{path}: {none}");
        for query in ["cursor=canary", "cursor=1", "cursor=x.y"] {
            let bad = app.get(&format!("{path}?{query}")).send().await;
            assert_eq!(
                (bad.status(), &bad.json()["problems"][0]["pointer"]),
                (422, &json!("/cursor"))
            );
            assert!(!bad.text().contains("canary"));
        }
        assert_eq!(
            app.get(&format!("{path}?canary=1")).send().await.status(),
            400
        );
    }
}

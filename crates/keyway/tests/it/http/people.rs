use http::Method;
use keyway::config::Config;
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

/// Everything under `/v1` that is about people and machines, with an id where one is needed.
fn operations() -> Vec<(Method, String)> {
    let id = |kind: &str| format!("{kind}_01890a5d-ac96-774b-bcce-b302099a8057");
    let mut all = Vec::new();
    for (path, methods) in [
        ("organization".to_owned(), "GET PATCH"),
        ("projects".to_owned(), "GET POST"),
        (format!("projects/{}", id("proj")), "GET PATCH DELETE"),
        ("members".to_owned(), "GET"),
        (format!("members/{}", id("user")), "GET PATCH DELETE"),
        (format!("members/{}/disable", id("user")), "POST"),
        (format!("members/{}/enable", id("user")), "POST"),
        ("invitations".to_owned(), "GET POST"),
        (format!("invitations/{}", id("inv")), "DELETE"),
        ("service-accounts".to_owned(), "GET POST"),
        (
            format!("service-accounts/{}", id("svc")),
            "GET PATCH DELETE",
        ),
        (format!("service-accounts/{}/disable", id("svc")), "POST"),
        (format!("service-accounts/{}/enable", id("svc")), "POST"),
        ("api-keys".to_owned(), "GET POST"),
        (format!("api-keys/{}", id("key")), "GET PATCH DELETE"),
        (format!("api-keys/{}/rotate", id("key")), "POST"),
    ] {
        for method in methods.split(' ') {
            all.push((method.parse().unwrap(), format!("/v1/{path}")));
        }
    }
    all
}

/// An input that every operation's own checks let through.
fn input(method: &Method, path: &str) -> Option<Value> {
    let bare = method == Method::GET || method == Method::DELETE || path.ends_with("able");
    let body = match path.split('/').nth(2).unwrap() {
        "organization" => json!({ "name": "Acme" }),
        "projects" if method == Method::PATCH => json!({ "name": "Web" }),
        "projects" => json!({ "slug": "web", "name": "Web" }),
        "members" => json!({ "role": "member" }),
        "invitations" => json!({ "email": "x@example.com", "role": "member" }),
        "service-accounts" => json!({ "name": "bot", "role": "member" }),
        _ if path.ends_with("rotate") => json!({}),
        _ => json!({ "name": "key" }),
    };
    (!bare).then_some(body)
}

#[tokio::test]
async fn people_and_machines_are_managed_over_http() {
    let app = TestApp::with([]).await;
    let key = app.key.clone();
    let ask = async |method: Method, path: &str, body: Option<Value>| {
        send(&app, method, path, &key, body).await
    };
    let renamed = ask(
        Method::PATCH,
        "/v1/organization",
        Some(json!({ "name": "Acme" })),
    )
    .await;
    assert_eq!(
        (renamed.status(), &renamed.json()["name"]),
        (200, &json!("Acme"))
    );
    let shown = ask(Method::GET, "/v1/organization", None).await.json();
    assert_eq!(
        (&shown["slug"], &shown["name"]),
        (&json!("default"), &json!("Acme"))
    );

    let web = json!({ "slug": "web", "name": "Web" });
    let project = ask(Method::POST, "/v1/projects", Some(web.clone())).await;
    assert_eq!(project.status(), 201);
    let taken = ask(Method::POST, "/v1/projects", Some(web)).await;
    assert_eq!(
        (taken.status(), &taken.json()["code"]),
        (409, &json!("slug_taken"))
    );
    let path = format!("/v1/projects/{}", project.json()["id"].as_str().unwrap());
    assert_eq!(ask(Method::DELETE, &path, None).await.status(), 204);
    assert_eq!(ask(Method::DELETE, &path, None).await.status(), 404);

    let grace = json!({ "email": "grace@example.com", "role": "admin" });
    let invited = ask(Method::POST, "/v1/invitations", Some(grace)).await;
    assert_eq!(
        (invited.status(), invited.header("cache-control")),
        (201, "no-store")
    );
    let link = invited.json()["path"].as_str().unwrap().to_owned();
    assert!(link.starts_with("/invitations/kwi_"));
    let listed = ask(Method::GET, "/v1/invitations", None).await;
    assert!(!listed.text().contains(&link) && listed.text().contains("\"open\""));

    let bot = json!({ "name": "bot", "role": "member" });
    let bot = ask(Method::POST, "/v1/service-accounts", Some(bot))
        .await
        .json();
    let account = bot["id"].as_str().unwrap();
    let new = json!({ "name": "bot key", "serviceAccount": account, "scopes": "mcp:tools" });
    let made = ask(Method::POST, "/v1/api-keys", Some(new)).await;
    assert_eq!(
        (made.status(), made.header("cache-control")),
        (201, "no-store")
    );
    let made = made.json();
    let machine = made["key"].as_str().unwrap();
    let actions = async || {
        send(&app, Method::GET, "/v1/actions", machine, None)
            .await
            .status()
    };
    assert_eq!(actions().await, 200);
    let refused = send(&app, Method::GET, "/v1/members", machine, None).await;
    assert_eq!(refused.status(), 403);
    let listed = ask(Method::GET, "/v1/api-keys", None).await;
    assert!(!listed.text().contains(machine) && listed.text().contains("bot key"));
    let disabled = ask(
        Method::POST,
        &format!("/v1/service-accounts/{account}/disable"),
        None,
    )
    .await;
    assert_eq!(disabled.status(), 200);
    assert_eq!(actions().await, 401);
    let id = made["id"].as_str().unwrap();
    let rotated = ask(
        Method::POST,
        &format!("/v1/api-keys/{id}/rotate"),
        Some(json!({ "overlapSeconds": 0 })),
    )
    .await;
    assert_eq!(rotated.status(), 201);
    assert_eq!(
        ask(Method::DELETE, &format!("/v1/api-keys/{id}"), None)
            .await
            .status(),
        204
    );

    let members = ask(Method::GET, "/v1/members", None).await.json();
    let owner = members["members"][0]["id"].as_str().unwrap();
    let path = format!("/v1/members/{owner}");
    for (method, path, body) in [
        (
            Method::PATCH,
            path.clone(),
            Some(json!({ "role": "member" })),
        ),
        (Method::DELETE, path.clone(), None),
        (Method::POST, format!("{path}/disable"), None),
    ] {
        let answer = ask(method, &path, body).await;
        assert_eq!(
            (answer.status(), &answer.json()["code"]),
            (409, &json!("last_owner"))
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn what_is_not_valid_is_told_and_not_repeated() {
    let app = TestApp::with([]).await;
    let key = app.key.clone();
    for (path, body, pointer) in [
        (
            "/v1/projects",
            json!({ "slug": "Canary!", "name": "x" }),
            "/slug",
        ),
        (
            "/v1/projects",
            json!({ "slug": "web", "name": "canary\u{202e}" }),
            "/name",
        ),
        (
            "/v1/projects",
            json!({ "slug": "web", "name": "x", "canary": 1 }),
            "",
        ),
        ("/v1/projects", json!(["canary"]), ""),
        (
            "/v1/invitations",
            json!({ "email": "canary", "role": "member" }),
            "/email",
        ),
        (
            "/v1/invitations",
            json!({ "email": "a@b.example", "role": "canary" }),
            "/role",
        ),
        (
            "/v1/service-accounts",
            json!({ "name": "x", "role": "owner" }),
            "/role",
        ),
        (
            "/v1/api-keys",
            json!({ "name": "x", "scopes": "canary" }),
            "/scopes",
        ),
        (
            "/v1/api-keys",
            json!({ "name": "x", "expiresAt": "canary" }),
            "/expiresAt",
        ),
        (
            "/v1/api-keys",
            json!({ "name": "x", "serviceAccount": "canary" }),
            "/serviceAccount",
        ),
    ] {
        let answer = send(&app, Method::POST, path, &key, Some(body)).await;
        assert_eq!(answer.status(), 422, "{path}: {}", answer.text());
        assert_eq!(
            answer.json()["problems"][0]["pointer"],
            pointer,
            "{}",
            answer.text()
        );
        assert!(!answer.text().contains("canary"), "{}", answer.text());
    }
}

#[tokio::test]
async fn nobody_without_a_key_or_the_scope_gets_in_and_strange_ids_are_not_there() {
    let app = TestApp::with([]).await;
    let plain = json!({ "name": "plain", "scopes": "mcp" });
    let plain = send(&app, Method::POST, "/v1/api-keys", &app.key, Some(plain))
        .await
        .json();
    let plain = plain["key"].as_str().unwrap();
    for (method, path) in operations() {
        let body = input(&method, &path);
        let anonymous = app.ask(method.clone(), &path).send().await;
        assert_eq!(anonymous.status(), 401, "{method} {path}");
        let narrow = send(&app, method.clone(), &path, plain, body.clone()).await;
        assert_eq!(narrow.status(), 403, "{method} {path}: {}", narrow.text());
        assert_eq!(
            narrow.json()["code"],
            "insufficient_scope",
            "{method} {path}"
        );
        if path.split('/').count() > 3 {
            let absent = send(&app, method.clone(), &path, &app.key, body.clone()).await;
            assert_eq!(absent.status(), 404, "{method} {path}: {}", absent.text());
            let strange = path.replace("_01890a5d", "-01890a5d");
            let strange = send(&app, method.clone(), &strange, &app.key, body).await;
            assert_eq!(strange.status(), 404, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_document_describes_every_operation() {
    let app = TestApp::with([]).await;
    let document = app.get("/v1/openapi.json").send().await.json();
    for (method, path) in operations() {
        let mut parts: Vec<_> = path.split('/').collect();
        if let Some(id) = parts.get_mut(3) {
            *id = "{id}";
        }
        let operation = &document["paths"][parts.join("/")][method.as_str().to_lowercase()];
        assert!(operation["operationId"].is_string(), "{method} {path}");
    }
}

#[tokio::test]
async fn without_authentication_nobody_administers() {
    let app = TestApp::builder()
        .config(|config: &mut Config| config.auth.required = false)
        .start()
        .await;
    for (method, path) in operations() {
        let body = input(&method, &path);
        let ask = app.ask(method.clone(), &path);
        let answer = match body {
            Some(body) => ask.json(&body).send().await,
            None => ask.send().await,
        };
        assert_eq!(answer.status(), 403, "{method} {path}");
    }
}

#[tokio::test]
async fn attack_a_field_that_is_there_twice_is_refused() {
    let app = TestApp::with([]).await;
    let twice = r#"{"email":"x@example.com","role":"member","role":"owner"}"#;
    let ask = app.post("/v1/invitations");
    let answer = ask
        .header("content-type", "application/json")
        .body(twice.to_owned())
        .send()
        .await;
    assert_eq!(answer.status(), 422, "{}", answer.text());
    let all = app.get("/v1/invitations").send().await;
    assert!(!all.text().contains("x@example.com"));
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

use http::Method;
use keyway_core::Role;
use serde_json::{Value, json};

use super::form::{Form, confirm, fill, follow, in_words, plain, secret, wrong};
use super::world::{another, owned, stranger};
use crate::support::app::TestApp;
use crate::support::browser::{Browser, PASSWORD};

const INVITE: &str = "/console/people/invitations/new";

/// The page of the member with this address.
async fn page_of(app: &TestApp, email: &str) -> String {
    let all = app.get("/v1/members").send().await.json();
    let mut members = all["members"].as_array().unwrap().iter();
    let found = members.find(|member| member["email"] == email).unwrap();
    format!("/console/people/{}", found["id"].as_str().unwrap())
}

async fn role_of(app: &TestApp, page: &str) -> Value {
    let id = page.rsplit('/').next().unwrap();
    let member = app.get(&format!("/v1/members/{id}")).send().await;
    member.json()["role"].clone()
}

#[tokio::test]
async fn a_role_is_changed_and_holds_at_once() {
    let (app, mut owner) = owned().await;
    let mut bob = another(&app, "bob@example.com", Role::Member).await;
    let page = page_of(&app, "bob@example.com").await;
    let list = owner.get("/console/people?q=bob").await;
    assert!(plain(list.text()).contains(&page), "{}", list.text());
    let rows = list.text().split("id=\"list\"").nth(1).unwrap();
    assert!(rows.contains("bob@example.com") && !rows.contains("ada@example.com"));
    assert_eq!(bob.get("/console/people").await.status(), 404);
    let done = fill(&mut owner, &page, &page, &[("role", "admin")]).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("The role is changed.")
    );
    assert_eq!(role_of(&app, &page).await, "admin");
    assert_eq!(bob.get("/console/people").await.status(), 200);
}

#[tokio::test]
async fn a_form_that_is_too_old_says_what_changed_and_saves_nothing() {
    let (app, mut owner) = owned().await;
    another(&app, "bob@example.com", Role::Member).await;
    let page = page_of(&app, "bob@example.com").await;
    let shown = owner.get(&page).await;
    let old = Form::of(&shown, &page);
    let done = fill(&mut owner, &page, &page, &[("role", "admin")]).await;
    assert_eq!(done.status(), 303);
    let late = old.with("role", "owner").send(&mut owner).await;
    assert_eq!(late.status(), 409, "{}", late.text());
    let text = plain(late.text());
    assert!(
        text.contains("Somebody else changed this meanwhile."),
        "{text}"
    );
    let told = in_words(&late);
    assert!(told.contains("admin") && told.contains("owner"), "{told}");
    assert_eq!(role_of(&app, &page).await, "admin");
    // What was typed is still there, and sending it again replaces what it is now.
    let again = Form::of(&late, &page);
    assert_eq!(again.value("role"), "owner");
    assert_eq!(again.send(&mut owner).await.status(), 303);
    assert_eq!(role_of(&app, &page).await, "owner");
}

#[tokio::test]
async fn two_admins_who_want_the_same_both_get_it() {
    let (app, mut owner) = owned().await;
    another(&app, "bob@example.com", Role::Member).await;
    let page = page_of(&app, "bob@example.com").await;
    let old = Form::of(&owner.get(&page).await, &page);
    let done = fill(&mut owner, &page, &page, &[("role", "admin")]).await;
    assert_eq!(done.status(), 303);
    let late = old.with("role", "admin").send(&mut owner).await;
    assert_eq!(late.status(), 303, "{}", late.text());
}

#[tokio::test]
async fn the_last_owner_stays_and_is_told_why() {
    let (app, mut owner) = owned().await;
    let page = page_of(&app, "ada@example.com").await;
    let demoted = fill(&mut owner, &page, &page, &[("role", "member")]).await;
    assert_eq!(demoted.status(), 409);
    assert!(demoted.text().contains("last owner"), "{}", demoted.text());
    for act in ["disable", "remove"] {
        let refused = confirm(&mut owner, &format!("{page}/{act}")).await;
        assert_eq!(refused.status(), 409, "{act}: {}", refused.text());
        let text = plain(refused.text());
        assert!(
            text.contains("last owner") && text.contains("role=\"alert\""),
            "{text}"
        );
    }
    assert_eq!(role_of(&app, &page).await, "owner");
    assert_eq!(owner.get("/console").await.status(), 200);
}

#[tokio::test]
async fn an_admin_neither_makes_nor_changes_owners() {
    let (app, mut owner) = owned().await;
    let mut admin = another(&app, "grace@example.com", Role::Admin).await;
    another(&app, "bob@example.com", Role::Member).await;
    let boss = page_of(&app, "ada@example.com").await;
    let shown = admin.get(&boss).await;
    assert!(shown.text().contains("Owners are changed by owners."));
    assert!(!shown.text().contains(&format!("{boss}/remove")));
    let page = page_of(&app, "bob@example.com").await;
    let offered = admin.get(&page).await;
    assert!(!offered.text().contains("value=\"owner\""));
    for (path, fields) in [
        (boss.clone(), &[("role", "member")][..]),
        (page.clone(), &[("role", "owner")]),
        (format!("{boss}/remove"), &[]),
        (format!("{boss}/disable"), &[]),
    ] {
        let refused = admin.post(&path, fields).await;
        assert_eq!(refused.status(), 403, "{path}: {}", refused.text());
        assert!(
            plain(refused.text()).contains("Only an owner"),
            "{}",
            refused.text()
        );
    }
    let fields = [("email", "eve@example.com"), ("role", "owner")];
    admin.get(INVITE).await;
    let refused = admin.post(INVITE, &fields).await;
    assert_eq!(refused.status(), 403, "{}", refused.text());
    assert_eq!(role_of(&app, &boss).await, "owner");
    assert_eq!(owner.get("/console").await.status(), 200);
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once_and_let_in_again() {
    let (app, mut owner) = owned().await;
    let mut bob = another(&app, "bob@example.com", Role::Member).await;
    let page = page_of(&app, "bob@example.com").await;
    let question = owner.get(&format!("{page}/disable")).await;
    let text = plain(question.text());
    assert!(
        text.contains("Disable Bob?") && text.contains("API keys rest"),
        "{text}"
    );
    assert_eq!(bob.get("/console").await.status(), 200);
    let done = confirm(&mut owner, &format!("{page}/disable")).await;
    let text = follow(&mut owner, &done).await;
    assert!(
        text.contains("They are kept out.") && text.contains("disabled"),
        "{text}"
    );
    assert_eq!(bob.get("/console").await.status(), 303);
    let enable = format!("{page}/enable");
    let done = fill(&mut owner, &page, &enable, &[]).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("They are let in again")
    );
    assert_eq!(bob.sign_in("bob@example.com").await.status(), 303);
    assert_eq!(bob.get("/console").await.status(), 200);
}

#[tokio::test]
async fn who_is_removed_is_gone_with_everything_they_came_in_with() {
    let (app, mut owner) = owned().await;
    let mut bob = another(&app, "bob@example.com", Role::Member).await;
    let page = page_of(&app, "bob@example.com").await;
    let done = confirm(&mut owner, &format!("{page}/remove")).await;
    let text = follow(&mut owner, &done).await;
    assert!(text.contains("They are no member any more.") && !text.contains("bob@example.com"));
    assert_eq!(bob.get("/console").await.status(), 303);
    for (method, path) in [
        (Method::GET, page.clone()),
        (Method::GET, format!("{page}/remove")),
        (Method::POST, format!("{page}/remove")),
        (Method::POST, format!("{page}/enable")),
    ] {
        let answer = match method {
            Method::GET => owner.get(&path).await,
            _ => owner.post(&path, &[]).await,
        };
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn an_invitation_is_a_link_that_is_shown_once_and_taken_back() {
    let (app, mut owner) = owned().await;
    let new = [("email", "Grace@example.com"), ("role", "admin")];
    let made = fill(&mut owner, INVITE, INVITE, &new).await;
    let link = secret(&made);
    let origin = format!("http://{}", app.address());
    let path = link.strip_prefix(&origin).unwrap();
    assert!(path.starts_with("/invitations/kwi_"), "{path}");
    assert_eq!(made.header("cache-control"), "no-store");
    let list = owner.get("/console/people/invitations?q=GRACE").await;
    assert!(list.text().contains("grace@example.com"));
    assert!(!plain(list.text()).contains("kwi_"));
    let mut grace = Browser::of(&app);
    assert_eq!(grace.get(path).await.status(), 200);
    let revoke = link_to(&list.text().replace("&#x2f;", "/"), "/revoke\"");
    let done = confirm(&mut owner, &revoke).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("The invitation is taken back")
    );
    assert_eq!(grace.get(path).await.status(), 404);
}

#[tokio::test]
async fn who_accepts_an_invitation_is_a_member_of_its_role() {
    let (app, mut owner) = owned().await;
    let new = [("email", "grace@example.com"), ("role", "admin")];
    let link = secret(&fill(&mut owner, INVITE, INVITE, &new).await);
    let path = link.split_once("//").unwrap().1;
    let path = &path[path.find('/').unwrap()..];
    let mut grace = Browser::of(&app);
    grace.get(path).await;
    let fields = [("name", "Grace"), ("password", PASSWORD)];
    let joined = grace.post(path, &fields).await;
    assert_eq!(joined.status(), 303, "{}", joined.text());
    assert_eq!(grace.get("/console/people").await.status(), 200);
    let list = owner.get("/console/people/invitations").await;
    assert!(list.text().contains("accepted") && !plain(list.text()).contains("/revoke\""));
    let again = fill(&mut owner, INVITE, INVITE, &new).await;
    assert_eq!(again.status(), 409);
    assert!(
        plain(again.text()).contains("is a member already"),
        "{}",
        again.text()
    );
}

#[tokio::test]
async fn an_invitation_that_is_not_valid_is_told_at_its_field() {
    let (_app, mut owner) = owned().await;
    for (email, role, field) in [
        ("not an address", "member", "email"),
        ("", "member", "email"),
        ("grace@example.com", "king", "role"),
    ] {
        let fields = [("email", email), ("role", role)];
        let refused = fill(&mut owner, INVITE, INVITE, &fields).await;
        assert_eq!(refused.status(), 422, "{email}");
        assert!(wrong(&refused, field).starts_with("Expected: "));
        assert_eq!(Form::of(&refused, INVITE).value("email"), email);
    }
    let list = owner.get("/console/people/invitations").await;
    assert!(list.text().contains("No invitation is here."));
}

#[tokio::test]
async fn a_long_list_is_read_a_page_at_a_time() {
    let (app, mut owner) = owned().await;
    for number in 0..55 {
        let body = json!({ "email": format!("n{number:02}@example.com"), "role": "member" });
        let made = app.post("/v1/invitations").json(&body).send().await;
        assert_eq!(made.status(), 201);
    }
    let shown = |text: &str| -> Vec<_> {
        let all = (0..55).filter(|number| text.contains(&format!("n{number:02}@example.com")));
        all.collect()
    };
    let first = owner.get("/console/people/invitations").await;
    assert_eq!(shown(first.text()), (5..55).collect::<Vec<_>>());
    let text = plain(first.text());
    let next = text.split("rel=\"next\" href=\"").nth(1).unwrap();
    let next = next.split('"').next().unwrap();
    let last = owner.get(next).await;
    assert_eq!(shown(last.text()), (0..5).collect::<Vec<_>>());
    assert!(!last.text().contains("rel=\"next\""));
    let found = owner.get("/console/people/invitations?q=n5").await;
    assert_eq!(shown(found.text()), (50..55).collect::<Vec<_>>());
    assert_eq!(
        owner.get("/console/people?cursor=canary").await.status(),
        422
    );
}

#[tokio::test]
async fn attack_cross_tenant_a_member_of_another_organization_is_not_there() {
    let (app, _owner) = owned().await;
    another(&app, "bob@example.com", Role::Member).await;
    let mut eve = stranger(&app).await;
    let page = page_of(&app, "bob@example.com").await;
    assert_eq!(eve.get(&page).await.status(), 404);
    eve.get("/console").await;
    for path in [
        page.clone(),
        format!("{page}/disable"),
        format!("{page}/remove"),
    ] {
        let answer = eve.post(&path, &[("role", "owner")]).await;
        assert_eq!(answer.status(), 404, "{path}: {}", answer.text());
    }
    assert_eq!(role_of(&app, &page).await, "member");
}

/// The first link of a page that ends like this.
fn link_to(html: &str, end: &str) -> String {
    let mut links = html.split("href=\"").skip(1);
    let found = links.find_map(|link| {
        let link = link.split('"').next()?;
        format!("{link}\"").ends_with(end).then(|| link.to_owned())
    });
    found.unwrap_or_else(|| panic!("no link ends with {end}"))
}

use super::browser::hidden;
use super::world::gate;

#[tokio::test]
async fn a_person_sees_what_acts_for_them_and_ends_it_at_once() {
    let mut gate = gate().await;
    let empty = gate.owner.get("/account").await;
    assert!(empty.text().contains("No application acts for you."));
    let party = gate.party().await;
    let pair = gate.tokens(&party).await;
    assert!(gate.works(&pair.access).await);
    let page = gate.owner.get("/account").await;
    let html = page.text();
    let start = html.find("action=\"/account/applications\"").unwrap();
    let form = html[start..].split("</form").next().unwrap();
    let fields = hidden(form);
    assert!(
        fields
            .iter()
            .any(|(name, value)| name == "grant" && value.starts_with("grant_"))
    );
    let mut made_up = fields.clone();
    made_up.push((
        "grant".into(),
        "grant_01890a5d-ac96-774b-bcce-b302099a8057".into(),
    ));
    let refused = gate.owner.post("/account/applications", &made_up).await;
    assert_eq!(refused.status(), 404);
    let ended = gate.owner.post("/account/applications", &fields).await;
    assert_eq!(ended.header("location"), "/account?done=application");
    assert!(!gate.works(&pair.access).await);
    let page = gate.owner.get("/account").await;
    assert!(page.text().contains("No application acts for you."));
}

#[tokio::test]
async fn what_acts_for_somebody_is_listed_in_the_console_and_ended_there() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let pair = gate.tokens(&party).await;
    let here = "/console/me/access";
    let page = gate.owner.get(here).await;
    let html = page.text();
    let start = html.find("/console/me/access/grants/").unwrap();
    let revoke = html[start..].split('"').next().unwrap().to_owned();
    let asked = gate.owner.get(&revoke).await;
    assert_eq!(asked.status(), 200, "{}", asked.text());
    assert!(gate.works(&pair.access).await, "it was only asked");
    let made_up = format!("{here}/grants/grant_01890a5d-ac96-774b-bcce-b302099a8057/revoke");
    assert_eq!(gate.owner.get(&made_up).await.status(), 404);
    let form = asked.text().split("<main").nth(1).unwrap();
    let fields = hidden(form.split("</form").next().unwrap());
    let ended = gate.owner.post(&revoke, &fields).await;
    assert_eq!(
        ended.header("location"),
        format!("{here}?done=grant-revoked")
    );
    assert!(!gate.works(&pair.access).await);
    let page = gate.owner.get(here).await;
    assert!(page.text().contains("No application acts for you."));
}

#[tokio::test]
async fn many_requests_of_one_web_session_at_once_do_not_disturb_each_other() {
    let gate = gate().await;
    let cookie = format!("keyway_session={}", gate.owner.cookies["keyway_session"]);
    let one = || {
        let ask = gate.app.ask(http::Method::GET, "/account");
        ask.header("cookie", &cookie).send()
    };
    let answers = futures_util::future::join_all((0..50).map(|_| one())).await;
    for answer in answers {
        assert_eq!(answer.status(), 200, "{}", answer.text());
    }
}

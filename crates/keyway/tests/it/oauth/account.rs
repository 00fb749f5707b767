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

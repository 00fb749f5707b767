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

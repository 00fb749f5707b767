//! What a person's browser sees: the page that makes an app of a manifest, and the one that installs it.

use serde_json::Value;
use url::Url;

use super::answer::{Answer, Answered};
use super::guard::Request;
use super::state::State;

/// `POST /settings/apps/new` and `/organizations/{organization}/settings/apps/new`: a person who agrees.
pub(super) fn make(state: &mut State, request: &Request, owner: &str) -> Answered {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect();
    let manifest = form.iter().find(|(name, _)| name == "manifest");
    let manifest = manifest.and_then(|(_, text)| serde_json::from_str::<Value>(text).ok());
    let manifest = manifest.ok_or_else(|| Answer::refuse(422, "manifest is missing"))?;
    let given = |pointer: &str| {
        let text = manifest.pointer(pointer).and_then(Value::as_str);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let missing = |what: &str| Answer::refuse(422, &format!("{what} is missing or wrong"));
    let name = given("/name")
        .filter(|name| name.chars().count() <= 34)
        .ok_or_else(|| missing("name"))?;
    for pointer in ["/url", "/hook_attributes/url", "/setup_url"] {
        let address = given(pointer).and_then(|text| Url::parse(&text).ok());
        address.ok_or_else(|| missing(pointer))?;
    }
    let back = given("/redirect_url").and_then(|text| Url::parse(&text).ok());
    let mut back = back.ok_or_else(|| missing("redirect_url"))?;
    let code = state.make_app(&name, owner, manifest);
    back.query_pairs_mut().append_pair("code", &code);
    if let Some(asked) = request.param("state") {
        back.query_pairs_mut().append_pair("state", asked);
    }
    Ok(Answer::redirect(back.into()))
}

/// `GET /apps/{slug}/installations/new`: an owner who installs it everywhere, or somebody who asks one to.
pub(super) fn install(state: &mut State, request: &Request, slug: &str) -> Answered {
    let app = state.apps.iter().find(|app| app.slug == slug).cloned();
    let app = app.ok_or_else(Answer::not_found)?;
    let setup = app.manifest["setup_url"]
        .as_str()
        .and_then(|text| Url::parse(text).ok());
    let mut setup = setup.ok_or_else(Answer::not_found)?;
    if state.asks_owner {
        setup
            .query_pairs_mut()
            .append_pair("setup_action", "request");
    } else {
        let id = state.install(app.id, &app.owner);
        setup
            .query_pairs_mut()
            .append_pair("installation_id", &id.to_string())
            .append_pair("setup_action", "install");
    }
    if let Some(asked) = request.param("state") {
        setup.query_pairs_mut().append_pair("state", asked);
    }
    Ok(Answer::redirect(setup.into()))
}

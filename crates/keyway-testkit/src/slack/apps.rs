use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::Url;

use super::Slack;
use super::server::{Answer, Inner, field, only};
use super::state::{Consent, Standing, State};

/// The page where an administrator agrees, who always does.
pub(super) async fn consent(
    Shared(inner): Shared<Arc<Inner>>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let get = |name| query.get(name).map(String::as_str).unwrap_or_default();
    let refuse = |reason: &str| (StatusCode::BAD_REQUEST, reason.to_owned()).into_response();
    let scopes: Vec<String> = get("scope").split(',').map(str::to_owned).collect();
    if get("client_id") != Slack::CLIENT_ID {
        return refuse("invalid_client_id");
    }
    if get("scope").is_empty() || !get("user_scope").is_empty() {
        return refuse("invalid_scope");
    }
    let Ok(mut back) = Url::parse(get("redirect_uri")) else {
        return refuse("bad_redirect_uri");
    };
    let mut state = inner.state.lock();
    let code = format!("{}.code", state.next());
    if std::mem::take(&mut state.denies) {
        back.query_pairs_mut().append_pair("error", "access_denied");
    } else {
        let withheld = state.withheld.clone();
        let consent = Consent {
            redirect_uri: get("redirect_uri").to_owned(),
            scopes: scopes
                .into_iter()
                .filter(|scope| !withheld.contains(scope))
                .collect(),
        };
        state.consents.insert(code.clone(), consent);
        back.query_pairs_mut().append_pair("code", &code);
    }
    back.query_pairs_mut().append_pair("state", get("state"));
    Redirect::to(back.as_str()).into_response()
}

/// `oauth.v2.access`: a code, or a token that rotates, for a new token.
pub(super) fn exchange(
    state: &mut State,
    authorization: &str,
    fields: &BTreeMap<String, String>,
) -> Answer {
    let basic = authorization.strip_prefix("Basic ").unwrap_or_default();
    let basic = STANDARD.decode(basic).unwrap_or_default();
    let basic = String::from_utf8(basic).unwrap_or_default();
    let Some((id, secret)) = basic.split_once(':') else {
        return Err("invalid_client_id".into());
    };
    if id != Slack::CLIENT_ID {
        return Err("invalid_client_id".into());
    }
    if secret != Slack::CLIENT_SECRET {
        return Err("bad_client_secret".into());
    }
    match field(fields, "grant_type")? {
        "authorization_code" => {
            only(fields, &["grant_type", "code", "redirect_uri"])?;
            let consent = state.consents.remove(field(fields, "code")?);
            let consent = consent.ok_or("invalid_code")?;
            if consent.redirect_uri != field(fields, "redirect_uri")? {
                return Err("bad_redirect_uri".into());
            }
            state.granted = consent.scopes;
        }
        "refresh_token" => {
            only(fields, &["grant_type", "refresh_token"])?;
            if !state.refresh.remove(field(fields, "refresh_token")?) {
                return Err("invalid_refresh_token".into());
            }
        }
        _ => return Err("invalid_grant_type".into()),
    }
    let mut answer = state.hand_out();
    answer["token_type"] = "bot".into();
    answer["scope"] = state.granted.join(",").into();
    answer["bot_user_id"] = Slack::BOT.into();
    answer["app_id"] = Slack::APP.into();
    answer["team"] = json!({ "id": state.team.0, "name": state.team.1 });
    answer["enterprise"] = json!(null);
    answer["is_enterprise_install"] = false.into();
    answer["authed_user"] = json!({ "id": "U0ADA" });
    Ok(answer)
}

/// `auth.test`
pub(super) fn test(state: &State) -> Value {
    json!({
        "url": "https://home.slack.example/", "team": state.team.1, "user": "keeper",
        "team_id": state.team.0, "user_id": Slack::BOT, "bot_id": "B0BOT", "is_enterprise_install": false
    })
}

/// `auth.revoke`
pub(super) fn revoke(state: &mut State, token: &str) -> Value {
    state.tokens.insert(token.to_owned(), Standing::Revoked);
    json!({ "revoked": true })
}

/// `apps.uninstall`
pub(super) fn uninstall(state: &mut State, fields: &BTreeMap<String, String>) -> Answer {
    only(fields, &["client_id", "client_secret"])?;
    if field(fields, "client_id")? != Slack::CLIENT_ID {
        return Err("invalid_client_id".into());
    }
    if field(fields, "client_secret")? != Slack::CLIENT_SECRET {
        return Err("bad_client_secret".into());
    }
    state.uninstalled = true;
    state.refresh.clear();
    state
        .tokens
        .values_mut()
        .for_each(|one| *one = Standing::Revoked);
    Ok(json!({}))
}

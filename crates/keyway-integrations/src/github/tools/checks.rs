use std::collections::BTreeMap;

use keyway_core::Error;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::github::api::unreadable;
use crate::github::call::{Call, missing, path, read};
use crate::github::json::At;
use crate::github::repository::reference;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Get {
    repository: Option<String>,
    number: Option<u64>,
    r#ref: Option<String>,
}

pub(super) async fn get(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Get = read(input)?;
    let named = match &input.r#ref {
        Some(at) => {
            Some(reference(at).ok_or_else(|| missing("/ref", "a branch, a tag or a commit"))?)
        }
        None => None,
    };
    let repository = call.repository(input.repository.as_deref()).await?;
    let commit = if let Some(commit) = named {
        commit
    } else {
        let number = call.number(&repository, input.number)?;
        let pull = path(&repository, format_args!("/pulls/{number}"));
        let pull = call.api.get(&pull).await?;
        let sha = pull.at("head").at("sha").as_str().and_then(reference);
        sha.ok_or_else(unreadable)?
    };
    let commit = path(&repository, format_args!("/commits/{commit}"));
    let page = [("per_page", "100")];
    let runs = call
        .api
        .query(&format!("{commit}/check-runs"), &page)
        .await?;
    let runs = runs.at("check_runs").as_array().ok_or_else(unreadable)?;
    let run = |run: &Value| {
        json!({
            "name": run.at("name"),
            "status": run.at("status"),
            "conclusion": run.at("conclusion"),
            "title": run.at("output").at("title"),
            "url": run.at("html_url"),
        })
    };
    let status = call.api.query(&format!("{commit}/status"), &page).await?;
    let statuses = status.at("statuses").as_array().ok_or_else(unreadable)?;
    let one = |one: &Value| json!({ "name": one.at("context"), "state": one.at("state"), "title": one.at("description"), "url": one.at("target_url") });
    Ok(json!({
        "sha": status.at("sha"),
        "checks": runs.iter().map(run).collect::<Vec<_>>(),
        "statuses": statuses.iter().map(one).collect::<Vec<_>>(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dispatch {
    repository: Option<String>,
    workflow: String,
    r#ref: Option<String>,
    #[serde(default)]
    inputs: BTreeMap<String, String>,
}

pub(super) async fn dispatch(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Dispatch = read(input)?;
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let workflow = input.workflow.as_str();
    if workflow.is_empty() || !workflow.bytes().all(good) || workflow.starts_with('.') {
        return Err(missing(
            "/workflow",
            "the name of a file, like `release.yml`",
        ));
    }
    let repository = call.repository(input.repository.as_deref()).await?;
    let at = match input.r#ref {
        Some(at) if reference(&at).is_none() => return Err(missing("/ref", "a branch or a tag")),
        Some(at) => at,
        None => call.default_branch(&repository).await?,
    };
    let dispatches = path(
        &repository,
        format_args!("/actions/workflows/{workflow}/dispatches"),
    );
    let body = json!({ "ref": at, "inputs": input.inputs });
    call.api.post(&dispatches, &body).await?;
    Ok(json!({ "started": true }))
}

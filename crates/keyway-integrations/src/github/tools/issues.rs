use http::Method;
use keyway_core::{Error, Kind};
use serde::Deserialize;
use serde_json::{Value, json};

use super::shown;
use crate::github::api::unreadable;
use crate::github::call::{Call, missing, path, read};
use crate::github::json::{At, put};
use crate::github::repository::segment;

/// An issue or a pull request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    repository: Option<String>,
    number: Option<u64>,
}

/// The path of an issue or a pull request as an issue.
async fn issue(
    call: &Call<'_>,
    repository: Option<&str>,
    number: Option<u64>,
) -> Result<String, Error> {
    let repository = call.repository(repository).await?;
    let number = call.number(&repository, number)?;
    Ok(path(&repository, format_args!("/issues/{number}")))
}

pub(super) async fn get(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Target = read(input)?;
    let issue = issue(call, input.repository.as_deref(), input.number).await?;
    let found = call.api.get(&issue).await?;
    if found.at("pull_request").is_object() {
        // Reading one is another scope.
        return Err(Error::new(
            Kind::Conflict,
            "target_is_pull_request",
            "this number is a pull request's",
        )
        .with_hint("use get_pull_request"));
    }
    let mut shown = shown::subject(&found);
    put(
        &mut shown,
        "comments",
        shown::comments(&call.api, &issue, found.at("comments")).await?,
    );
    Ok(shown)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comment {
    repository: Option<String>,
    number: Option<u64>,
    body: String,
}

pub(super) async fn comment(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Comment = read(input)?;
    let issue = issue(call, input.repository.as_deref(), input.number).await?;
    let body = json!({ "body": input.body });
    let made = call.api.post(&format!("{issue}/comments"), &body).await?;
    Ok(shown::made(&made, &["id"]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    repository: Option<String>,
    number: Option<u64>,
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

pub(super) async fn label(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Labels = read(input)?;
    if input.add.is_empty() && input.remove.is_empty() {
        return Err(missing("/add", "a label to add or to remove"));
    }
    let issue = issue(call, input.repository.as_deref(), input.number).await?;
    if !input.add.is_empty() {
        let body = json!({ "labels": input.add });
        call.api.post(&format!("{issue}/labels"), &body).await?;
    }
    for name in &input.remove {
        match call
            .api
            .delete(&format!("{issue}/labels/{}", segment(name)))
            .await
        {
            // It was not there.
            Err(error) if error.code() == "target_not_found" => {}
            done => drop(done?),
        }
    }
    let found = call.api.get(&issue).await?;
    let labels: Vec<_> = crate::github::payload::labels(&found).collect();
    Ok(json!({ "labels": labels }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Assign {
    repository: Option<String>,
    number: Option<u64>,
    people: Vec<String>,
}

pub(super) async fn assign(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Assign = read(input)?;
    if input.people.is_empty() {
        return Err(missing("/people", "a login or more"));
    }
    let issue = issue(call, input.repository.as_deref(), input.number).await?;
    let body = json!({ "assignees": input.people });
    let found = call
        .api
        .send(Method::POST, &format!("{issue}/assignees"), &body)
        .await?;
    let assigned = shown::logins(found.at("assignees"));
    // GitHub says nothing of those it leaves out.
    let is_in = |login: &String| assigned.iter().any(|one| one.eq_ignore_ascii_case(login));
    if !input.people.iter().all(is_in) {
        return Err(Error::new(
            Kind::Conflict,
            "not_assignable",
            "GitHub did not assign all of them: who has no access to the repository cannot be, nor can an app",
        ));
    }
    Ok(json!({ "assignees": assigned }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    repository: Option<String>,
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    labels: Vec<String>,
}

pub(super) async fn create(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Create = read(input)?;
    let repository = call.repository(input.repository.as_deref()).await?;
    let body = json!({ "title": input.title, "body": input.body, "labels": input.labels });
    let made = call.api.post(&path(&repository, "/issues"), &body).await?;
    if !made.at("number").is_u64() {
        return Err(unreadable());
    }
    Ok(shown::made(&made, &["number"]))
}

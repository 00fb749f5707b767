use http::Method;
use keyway_core::Error;
use serde::Deserialize;
use serde_json::{Value, json};

use super::shown;
use crate::github::call::{Call, missing, path, read};
use crate::github::json::{At, put};
use crate::github::repository::{Repository, file_path, reference};

/// A pull request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    repository: Option<String>,
    number: Option<u64>,
    #[serde(default)]
    offset: u64,
}

async fn pull(
    call: &Call<'_>,
    repository: Option<&str>,
    number: Option<u64>,
) -> Result<(Repository, u64, String), Error> {
    let repository = call.repository(repository).await?;
    let number = call.number(&repository, number)?;
    let pull = path(&repository, format_args!("/pulls/{number}"));
    Ok((repository, number, pull))
}

pub(super) async fn get(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Target = read(input)?;
    let (repository, number, pull) = pull(call, input.repository.as_deref(), input.number).await?;
    let found = call.api.get(&pull).await?;
    let mut shown = shown::subject(&found);
    for (name, value) in [
        ("draft", found.at("draft")),
        ("merged", found.at("merged")),
        ("mergeable", found.at("mergeable")),
        ("base", found.at("base").at("ref")),
        ("head", found.at("head").at("ref")),
        ("headSha", found.at("head").at("sha")),
        ("changedFiles", found.at("changed_files")),
        ("additions", found.at("additions")),
        ("deletions", found.at("deletions")),
    ] {
        put(&mut shown, name, value.clone());
    }
    let issue = path(&repository, format_args!("/issues/{number}"));
    put(
        &mut shown,
        "comments",
        shown::comments(&call.api, &issue, found.at("comments")).await?,
    );
    let newest = [
        ("per_page", "100"),
        ("sort", "created"),
        ("direction", "desc"),
    ];
    let page = [("per_page", "100")];
    let lines = call.api.query(&format!("{pull}/comments"), &newest).await?;
    put(&mut shown, "lineComments", shown::list(&lines)?);
    let reviews = call.api.query(&format!("{pull}/reviews"), &page).await?;
    put(&mut shown, "reviews", shown::list(&reviews)?);
    Ok(shown)
}

pub(super) async fn diff(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Target = read(input)?;
    let (_, _, pull) = pull(call, input.repository.as_deref(), input.number).await?;
    let diff = call.api.text(&pull, "application/vnd.github.diff").await?;
    shown::piece("diff", &diff, input.offset)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    repository: Option<String>,
    title: String,
    #[serde(default)]
    body: String,
    head: String,
    base: Option<String>,
    #[serde(default)]
    draft: bool,
}

pub(super) async fn create(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Create = read(input)?;
    let branch = "the name of a branch of this repository";
    // `owner:branch` would be another repository's.
    reference(&input.head).ok_or_else(|| missing("/head", branch))?;
    let repository = call.repository(input.repository.as_deref()).await?;
    let base = match input.base {
        Some(base) => reference(&base)
            .map(|_| base)
            .ok_or_else(|| missing("/base", branch))?,
        None => call.default_branch(&repository).await?,
    };
    let body = json!({
        "title": input.title, "body": input.body, "head": input.head, "base": base, "draft": input.draft,
    });
    let made = call.api.post(&path(&repository, "/pulls"), &body).await?;
    Ok(shown::made(&made, &["number"]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Review {
    repository: Option<String>,
    number: Option<u64>,
    verdict: Verdict,
    #[serde(default)]
    body: String,
    #[serde(default)]
    comments: Vec<OnLine>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Approve,
    RequestChanges,
    Comment,
}

impl Verdict {
    /// As GitHub names it.
    fn event(self) -> &'static str {
        match self {
            Self::Approve => "APPROVE",
            Self::RequestChanges => "REQUEST_CHANGES",
            Self::Comment => "COMMENT",
        }
    }
}

/// A comment on a line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnLine {
    path: String,
    line: u64,
    body: String,
}

pub(super) async fn review(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Review = read(input)?;
    if input.verdict != Verdict::Approve && input.body.trim().is_empty() {
        return Err(missing("/body", "a text, but to approve"));
    }
    let mut comments = Vec::with_capacity(input.comments.len());
    for (number, one) in input.comments.iter().enumerate() {
        let pointer = format!("/comments/{number}/path");
        file_path(&one.path).ok_or_else(|| missing(&pointer, "the path of a file"))?;
        comments
            .push(json!({ "path": one.path, "line": one.line, "side": "RIGHT", "body": one.body }));
    }
    let (_, _, pull) = pull(call, input.repository.as_deref(), input.number).await?;
    let body = json!({ "event": input.verdict.event(), "body": input.body, "comments": comments });
    let made = call.api.post(&format!("{pull}/reviews"), &body).await?;
    Ok(shown::made(&made, &["id", "state"]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    repository: Option<String>,
    number: Option<u64>,
    #[serde(default)]
    method: How,
    sha: Option<String>,
}

/// How a pull request is merged.
#[derive(Clone, Copy, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum How {
    #[default]
    Merge,
    Squash,
    Rebase,
}

pub(super) async fn merge(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Merge = read(input)?;
    let (_, _, pull) = pull(call, input.repository.as_deref(), input.number).await?;
    let mut body = json!({ "merge_method": input.method });
    if let Some(sha) = input.sha {
        put(&mut body, "sha", sha);
    }
    let merged = call
        .api
        .send(Method::PUT, &format!("{pull}/merge"), &body)
        .await?;
    Ok(json!({ "merged": merged.at("merged"), "sha": merged.at("sha") }))
}

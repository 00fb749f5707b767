use http::Method;
use keyway_core::{Error, Kind};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::github::api::unreadable;
use crate::github::call::{Call, missing, path, read};
use crate::github::json::At;
use crate::github::publication::{DISPATCH, MERGE};
use crate::github::repository::{Repository, file_path, reference};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Commit {
    repository: Option<String>,
    branch: String,
    from: Option<String>,
    message: String,
    files: Vec<File>,
}

/// A file as it is to be; without content it goes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    content: Option<String>,
    #[serde(default)]
    executable: bool,
}

/// Commits whole files in one commit ("Git database" in GitHub's documentation). The branch is moved last,
/// and only onwards: what somebody else committed meanwhile is not lost.
pub(super) async fn commit(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Commit = read(input)?;
    let expected = "the name of a branch";
    let branch = reference(&input.branch).ok_or_else(|| missing("/branch", expected))?;
    if input
        .from
        .as_deref()
        .is_some_and(|from| reference(from).is_none())
    {
        return Err(missing("/from", expected));
    }
    let tree = entries(call, &input.files)?;
    let repository = call.repository(input.repository.as_deref()).await?;
    let usual = call.default_branch(&repository).await?;
    let scopes = &call.context.scopes;
    // Git's names differ by case: GitHub's default branch is no other one.
    if input.branch == usual && !scopes.permits(MERGE) {
        return Err(Error::new(
            Kind::Forbidden,
            "default_branch",
            "the publication may not commit to the default branch",
        )
        .with_hint("commit to another branch and open a pull request"));
    }
    let (parent, is_new) = match tip(call, &repository, &branch).await {
        Ok(sha) => (sha, false),
        Err(error) if error.code() == "target_not_found" => {
            let from = input.from.as_deref().unwrap_or(&usual);
            let from = reference(from).ok_or_else(unreadable)?;
            (tip(call, &repository, &from).await?, true)
        }
        Err(error) => return Err(error),
    };
    let git = |rest: &str| path(&repository, format_args!("/git/{rest}"));
    let before = call.api.get(&git(&format!("commits/{parent}"))).await?;
    let base = before
        .at("tree")
        .at("sha")
        .as_str()
        .ok_or_else(unreadable)?;
    let made = call
        .api
        .post(&git("trees"), &json!({ "base_tree": base, "tree": tree }))
        .await?;
    let body = json!({ "message": input.message, "tree": made.at("sha"), "parents": [parent] });
    let made = call.api.post(&git("commits"), &body).await?;
    let sha = made.at("sha").as_str().ok_or_else(unreadable)?;
    if is_new {
        let body = json!({ "ref": format!("refs/heads/{}", input.branch), "sha": sha });
        call.api.post(&git("refs"), &body).await?;
    } else {
        let body = json!({ "sha": sha, "force": false });
        call.api
            .send(Method::PATCH, &git(&format!("refs/heads/{branch}")), &body)
            .await?;
    }
    Ok(
        json!({ "sha": sha, "branch": input.branch, "newBranch": is_new, "url": made.at("html_url") }),
    )
}

/// The commit that a branch is at.
async fn tip(call: &Call<'_>, repository: &Repository, branch: &str) -> Result<String, Error> {
    let head = path(repository, format_args!("/git/ref/heads/{branch}"));
    let found = call.api.get(&head).await?;
    let sha = found.at("object").at("sha").as_str().and_then(reference);
    sha.ok_or_else(unreadable)
}

/// The entries of the new tree.
fn entries(call: &Call<'_>, files: &[File]) -> Result<Vec<Value>, Error> {
    if files.is_empty() {
        return Err(missing("/files", "a file or more"));
    }
    let mut entries = Vec::with_capacity(files.len());
    for (number, file) in files.iter().enumerate() {
        let pointer = format!("/files/{number}/path");
        file_path(&file.path).ok_or_else(|| missing(&pointer, "a path within the repository"))?;
        let name = file.path.trim_matches('/');
        let workflow = name.to_ascii_lowercase().starts_with(".github/workflows/");
        // What a workflow does is run with the repository's secrets.
        if workflow && !call.context.scopes.permits(DISPATCH) {
            return Err(Error::new(
                Kind::Forbidden,
                "workflow_file",
                "the publication may not change workflows",
            ));
        }
        let mode = if file.executable { "100755" } else { "100644" };
        entries.push(match &file.content {
            Some(content) => {
                json!({ "path": name, "mode": mode, "type": "blob", "content": content })
            }
            None => json!({ "path": name, "mode": mode, "type": "blob", "sha": null }),
        });
    }
    Ok(entries)
}

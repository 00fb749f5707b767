//! What every request of the API has to be, before what it asks for is looked at.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use serde_json::Value;

use super::answer::Answer;
use super::permissions::needed;
use super::state::{Installation, State};

/// A request as it came.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    pub(super) authorization: String,
    pub(super) accept: String,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Request {
    pub(super) fn new(method: &Method, uri: &Uri, headers: HeaderMap, body: Bytes) -> Self {
        let query = uri.query().unwrap_or_default();
        let text = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        Self {
            method: method.to_string(),
            path: uri.path().to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            authorization: text("authorization"),
            accept: text("accept"),
            headers,
            body,
        }
    }

    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// The body, where it is JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The member of the body that has to be a text with something in it.
    pub(super) fn required(&self, resource: &str, field: &str) -> Result<String, Answer> {
        let body = self.json();
        let text = body[field].as_str().filter(|text| !text.trim().is_empty());
        let text = text.ok_or_else(|| Answer::invalid(resource, field, "missing_field"))?;
        Ok(text.to_owned())
    }

    /// What is asked of every request to the API.
    pub(super) fn check(&self) -> Result<(), Answer> {
        let header = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        if header("user-agent").is_none_or(str::is_empty) {
            return Err(Answer::refuse(
                403,
                "Request forbidden by administrative rules.",
            ));
        }
        if header("x-github-api-version") != Some("2022-11-28") {
            return Err(Answer::refuse(
                400,
                "The version of the API is not one that is supported.",
            ));
        }
        if !self.accept.starts_with("application/vnd.github") {
            return Err(Answer::refuse(415, "Unsupported 'Accept' header"));
        }
        if !self.body.is_empty() {
            let json = header("content-type") == Some("application/json");
            if !json || serde_json::from_slice::<Value>(&self.body).is_err() {
                return Err(Answer::refuse(400, "Problems parsing JSON"));
            }
        }
        Ok(())
    }
}

impl Installation {
    /// Whether it sees a repository.
    pub(super) fn sees(&self, name: &str) -> bool {
        let owner = name.split('/').next().unwrap_or_default();
        owner.eq_ignore_ascii_case(&self.account) && !self.hidden.contains(&name.to_lowercase())
    }
}

impl State {
    /// The installation whose token came.
    pub(super) fn installation_of(&self, request: &Request) -> Result<Installation, Answer> {
        let token = request
            .authorization
            .strip_prefix("Bearer ")
            .unwrap_or_default();
        let found = self.tokens.get(token).filter(|(_, ends)| *ends > self.now);
        let found = found.and_then(|(id, _)| self.installation(*id));
        let found = found.ok_or_else(|| Answer::refuse(401, "Bad credentials"))?;
        if found.suspended {
            return Err(Answer::refuse(403, "This installation has been suspended"));
        }
        Ok(found.clone())
    }

    /// Whether what is asked of a repository is within the installation's permissions. What is public can be
    /// read by everybody.
    pub(super) fn permit(
        &self,
        request: &Request,
        installation: &Installation,
        name: &str,
        rest: &[&str],
    ) -> Result<(), Answer> {
        let repository = self
            .repositories
            .get(&name.to_lowercase())
            .ok_or_else(Answer::not_found)?;
        let reads = request.method == "GET";
        let refuse = |permission: &str, access: &str| {
            Answer::refuse(403, "Resource not accessible by integration").with(
                "x-accepted-github-permissions",
                format!("{permission}={access}"),
            )
        };
        if !installation.sees(name) {
            return match (repository.private, reads) {
                (true, _) => Err(Answer::not_found()),
                (false, true) => Ok(()),
                (false, false) => Err(refuse("issues", "write")),
            };
        }
        if let Some((permission, access)) = needed(&request.method, rest) {
            let has = installation.permissions.get(permission).map(String::as_str);
            // An issue that is a pull request's may be written with its permission as well.
            let instead =
                (permission == "issues").then(|| installation.permissions.get("pull_requests"));
            let has = has.or(instead.flatten().map(String::as_str));
            if !matches!((has, access), (Some("write"), _) | (Some("read"), "read")) {
                return Err(refuse(permission, access));
            }
        }
        if writes_workflow(request, rest) && !installation.permissions.contains_key("workflows") {
            return Err(refuse("workflows", "write"));
        }
        if repository.archived && !reads {
            return Err(Answer::refuse(
                403,
                "Repository was archived so is read-only.",
            ));
        }
        Ok(())
    }
}

/// Whether a tree has a file that is a workflow: these have a permission of their own.
fn writes_workflow(request: &Request, rest: &[&str]) -> bool {
    let tree = request.json()["tree"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut paths = tree.iter().filter_map(|entry| entry["path"].as_str());
    request.method == "POST"
        && rest == ["git", "trees"]
        && paths.any(|path| path.starts_with(".github/workflows/"))
}

//! Files, git's own objects, checks and workflows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer::{Answer, Answered};
use super::guard::Request;
use super::issues::{decoded, texts};
use super::repository::{Commit, Tree};
use super::state::State;

impl State {
    /// What is below `/repos/{owner}/{name}/contents`.
    pub(super) fn contents(&mut self, request: &Request, name: &str, rest: &[&str]) -> Answered {
        let path: Vec<_> = rest.iter().map(|part| decoded(part)).collect();
        let path = path.join("/");
        let path = path.trim_end_matches('/');
        let branch = request.param("ref").unwrap_or("main");
        let files = self
            .repository(name)
            .files(branch)
            .ok_or_else(Answer::not_found)?;
        if let Some((_, text)) = files.get(path) {
            let content = STANDARD.encode(text);
            let lines: Vec<_> = content
                .as_bytes()
                .chunks(60)
                .map(String::from_utf8_lossy)
                .collect();
            return Ok(Answer::ok(json!({
                "type": "file", "encoding": "base64", "size": text.len(), "path": path, "sha": "f00",
                "content": lines.join("\n"),
            })));
        }
        let folder = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        let inside = files.keys().filter_map(|file| file.strip_prefix(&folder));
        let entry = |rest: &str| match rest.split_once('/') {
            Some((name, _)) => json!({ "name": name, "type": "dir", "size": 0 }),
            None => json!({ "name": rest, "type": "file", "size": 1 }),
        };
        let mut entries: Vec<_> = inside.map(entry).collect();
        entries.dedup();
        if entries.is_empty() {
            return Err(Answer::not_found());
        }
        Ok(Answer::ok(entries.into()))
    }

    /// What is below `/repos/{owner}/{name}/git`.
    pub(super) fn git(&mut self, request: &Request, name: &str, rest: &[&str]) -> Answered {
        let body = request.json();
        match (request.method.as_str(), rest) {
            ("GET", ["ref", "heads", branch @ ..]) => {
                let branch = branch_name(branch);
                let sha = self.repository(name).branches.get(&branch).cloned();
                let sha = sha.ok_or_else(Answer::not_found)?;
                Ok(Answer::ok(reference(&branch, &sha)))
            }
            ("GET", ["commits", sha]) => {
                let commit = self.repository(name).commits.get(*sha).cloned();
                let commit = commit.ok_or_else(Answer::not_found)?;
                Ok(Answer::ok(
                    json!({ "sha": sha, "tree": { "sha": commit.tree }, "message": commit.message }),
                ))
            }
            ("POST", ["trees"]) => {
                let base = body["base_tree"].as_str().unwrap_or_default();
                let files = self.repository(name).trees.get(base).cloned();
                let files = files
                    .ok_or_else(|| Answer::refuse(422, "base_tree is not a valid tree oid"))?;
                let tree = with(files, &body["tree"])?;
                let sha = self.sha();
                self.repository(name).trees.insert(sha.clone(), tree);
                Ok(Answer::created(json!({ "sha": sha })))
            }
            ("POST", ["commits"]) => {
                let (tree, parents) =
                    (request.required("Commit", "tree")?, texts(&body["parents"]));
                let message = request.required("Commit", "message")?;
                let sha = self.sha();
                let url = format!("{}/{name}/commit/{sha}", self.web);
                let repository = self.repository(name);
                let known = repository.trees.contains_key(&tree)
                    && parents
                        .iter()
                        .all(|parent| repository.commits.contains_key(parent));
                if !known {
                    return Err(Answer::refuse(422, "Tree SHA does not exist"));
                }
                repository.commits.insert(
                    sha.clone(),
                    Commit {
                        tree,
                        parents,
                        message,
                    },
                );
                Ok(Answer::created(json!({ "sha": sha, "html_url": url })))
            }
            ("POST", ["refs"]) => {
                let name_of = request.required("Reference", "ref")?;
                let sha = request.required("Reference", "sha")?;
                let branch = name_of.strip_prefix("refs/heads/");
                let branch = branch.ok_or_else(|| {
                    Answer::refuse(422, "Reference name must start with 'refs/heads'")
                })?;
                let repository = self.repository(name);
                if repository.branches.contains_key(branch) {
                    return Err(Answer::refuse(422, "Reference already exists"));
                }
                if !repository.commits.contains_key(&sha) {
                    return Err(Answer::refuse(422, "Object does not exist"));
                }
                repository.branches.insert(branch.to_owned(), sha.clone());
                Ok(Answer::created(reference(branch, &sha)))
            }
            ("PATCH", ["refs", "heads", branch @ ..]) => {
                let branch = branch_name(branch);
                let sha = request.required("Reference", "sha")?;
                let repository = self.repository(name);
                let before = repository
                    .branches
                    .get(&branch)
                    .cloned()
                    .ok_or_else(Answer::not_found)?;
                let onwards = repository
                    .commits
                    .get(&sha)
                    .is_some_and(|commit| commit.parents.contains(&before));
                if !onwards && body["force"] != true {
                    return Err(Answer::refuse(422, "Update is not a fast forward"));
                }
                repository.branches.insert(branch.clone(), sha.clone());
                Ok(Answer::ok(reference(&branch, &sha)))
            }
            _ => Err(Answer::not_found()),
        }
    }

    /// What is below `/repos/{owner}/{name}/commits`.
    pub(super) fn commits(&mut self, name: &str, rest: &[&str]) -> Answered {
        let [commit, what] = rest else {
            return Err(Answer::not_found());
        };
        let repository = self.repository(name);
        let tip = repository.branches.get(&decoded(commit)).cloned();
        let sha = tip.unwrap_or_else(|| (*commit).to_owned());
        if !repository.commits.contains_key(&sha) {
            return Err(Answer::refuse(422, "No commit found for SHA"));
        }
        match *what {
            "check-runs" => {
                let runs = repository.check_runs.clone();
                Ok(Answer::ok(
                    json!({ "total_count": runs.len(), "check_runs": runs }),
                ))
            }
            "status" => Ok(Answer::ok(
                json!({ "sha": sha, "state": "pending", "statuses": [] }),
            )),
            _ => Err(Answer::not_found()),
        }
    }

    /// `POST …/actions/workflows/{file}/dispatches`.
    pub(super) fn actions(&mut self, request: &Request, name: &str, rest: &[&str]) -> Answered {
        let ("POST", ["workflows", file, "dispatches"]) = (request.method.as_str(), rest) else {
            return Err(Answer::not_found());
        };
        let at = request.required("Workflow", "ref")?;
        let repository = self.repository(name);
        if !repository.branches.contains_key(&at) {
            return Err(Answer::refuse(422, "No ref found"));
        }
        let workflow = format!(".github/workflows/{file}");
        if !repository
            .files(&at)
            .is_some_and(|files| files.contains_key(&workflow))
        {
            return Err(Answer::not_found());
        }
        let mut started = request.json();
        started["workflow"] = (*file).into();
        repository.dispatched.push(started);
        Ok(Answer::nothing())
    }
}

/// A tree with entries of another one put over it.
fn with(mut tree: Tree, entries: &Value) -> Result<Tree, Answer> {
    for entry in entries.as_array().map(Vec::as_slice).unwrap_or_default() {
        let (path, mode) = (entry["path"].as_str(), entry["mode"].as_str());
        let (Some(path), Some(mode @ ("100644" | "100755"))) = (path, mode) else {
            return Err(Answer::refuse(422, "tree.path or tree.mode is not valid"));
        };
        match (&entry["content"], &entry["sha"]) {
            (Value::String(text), _) => {
                tree.insert(path.to_owned(), (mode.to_owned(), text.clone()));
            }
            (_, Value::Null) => {
                tree.remove(path);
            }
            _ => return Err(Answer::refuse(422, "tree.sha is not valid")),
        }
    }
    Ok(tree)
}

fn branch_name(parts: &[&str]) -> String {
    let parts: Vec<_> = parts.iter().map(|part| decoded(part)).collect();
    parts.join("/")
}

fn reference(branch: &str, sha: &str) -> Value {
    json!({ "ref": format!("refs/heads/{branch}"), "object": { "sha": sha, "type": "commit" } })
}

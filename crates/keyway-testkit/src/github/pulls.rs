//! Pull requests, their reviews and the comments on their lines.

use serde_json::{Value, json};

use super::answer::{Answer, Answered};
use super::guard::Request;
use super::issues::{comment_body, number, page};
use super::state::State;

impl State {
    /// What is below `/repos/{owner}/{name}/pulls`.
    pub(super) fn pulls(
        &mut self,
        request: &Request,
        name: &str,
        rest: &[&str],
        by: &str,
    ) -> Answered {
        let method = request.method.as_str();
        if let ("POST", []) = (method, rest) {
            return self.open(request, name, by);
        }
        let number = number(rest.first())?;
        let pull = self.pull(name, number)?;
        let of = |all: &[(u64, Value)]| -> Vec<Value> {
            all.iter()
                .filter(|(on, _)| *on == number)
                .map(|(_, one)| one.clone())
                .collect()
        };
        match (method, rest.get(1..).unwrap_or_default()) {
            ("GET", []) if request.accept == "application/vnd.github.diff" => {
                let title = pull["title"].as_str().unwrap_or_default();
                Ok(Answer::text(format!(
                    "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{title}\n+new\n"
                )))
            }
            ("GET", []) => Ok(Answer::ok(pull)),
            ("GET", ["comments"]) => {
                let all = of(&self.repository(name).line_comments);
                Ok(page(request, all))
            }
            ("GET", ["reviews"]) => {
                let all = of(&self.repository(name).reviews);
                Ok(page(request, all))
            }
            ("POST", ["comments", to, "replies"]) => {
                let to = to.parse::<u64>().ok();
                let known = of(&self.repository(name).line_comments);
                // Replies to replies are not supported.
                let first =
                    |one: &&Value| one["id"].as_u64() == to && one["in_reply_to_id"].is_null();
                known.iter().find(first).ok_or_else(Answer::not_found)?;
                let body = comment_body(request)?;
                Ok(Answer::created(
                    self.line_comment(name, number, by, &body, to),
                ))
            }
            ("POST", ["reviews"]) => self.review(request, name, number, &pull, by),
            ("PUT", ["merge"]) => self.merge(request, name, number, &pull),
            _ => Err(Answer::not_found()),
        }
    }

    fn pull(&mut self, name: &str, number: u64) -> Result<Value, Answer> {
        let repository = self.repository(name);
        let pull = repository.pulls.get(&number).cloned();
        let mut pull = pull.ok_or_else(Answer::not_found)?;
        if let Some(issue) = repository.issues.get(&number) {
            for member in ["labels", "assignees", "comments", "locked"] {
                pull[member] = issue[member].clone();
            }
        }
        Ok(pull)
    }

    fn open(&mut self, request: &Request, name: &str, by: &str) -> Answered {
        let title = request.required("PullRequest", "title")?;
        let (head, base) = (
            request.required("PullRequest", "head")?,
            request.required("PullRequest", "base")?,
        );
        let repository = self.repository(name);
        for (field, branch) in [("head", &head), ("base", &base)] {
            if !repository.branches.contains_key(branch) {
                return Err(Answer::invalid("PullRequest", field, "invalid"));
            }
        }
        let open = |pull: &Value| {
            pull["head"]["ref"] == head && pull["base"]["ref"] == base && pull["state"] == "open"
        };
        if repository.pulls.values().any(open) {
            return Err(Answer::json(
                422,
                json!({
                    "message": "Validation Failed",
                    "errors": [{ "resource": "PullRequest", "code": "custom", "message": "A pull request already exists" }],
                }),
            ));
        }
        let body = request.json();
        let number = self.make_pull(
            name,
            by,
            &title,
            body["body"].as_str().unwrap_or_default(),
            &head,
            &base,
        );
        let draft = body["draft"] == true;
        let pulls = &mut self.repository(name).pulls;
        let pull = pulls.get_mut(&number).ok_or_else(Answer::not_found)?;
        pull["draft"] = draft.into();
        Ok(Answer::created(pull.clone()))
    }

    fn review(
        &mut self,
        request: &Request,
        name: &str,
        number: u64,
        pull: &Value,
        by: &str,
    ) -> Answered {
        let body = request.json();
        let words = body["body"].as_str().unwrap_or_default();
        let state = match body["event"].as_str() {
            Some("APPROVE") => "APPROVED",
            Some("REQUEST_CHANGES") if !words.is_empty() => "CHANGES_REQUESTED",
            Some("COMMENT") if !words.is_empty() => "COMMENTED",
            _ => return Err(Answer::invalid("PullRequestReview", "event", "invalid")),
        };
        if pull["user"]["login"] == by && state != "COMMENTED" {
            return Err(Answer::refuse(422, "Can not approve your own pull request"));
        }
        let comments = body["comments"].as_array().cloned().unwrap_or_default();
        for comment in &comments {
            let whole = comment["path"].is_string()
                && comment["line"].is_u64()
                && comment["body"].is_string();
            if !whole {
                return Err(Answer::invalid(
                    "PullRequestReviewComment",
                    "path",
                    "missing_field",
                ));
            }
        }
        for comment in &comments {
            let said = comment["body"].as_str().unwrap_or_default().to_owned();
            self.line_comment(name, number, by, &said, None);
        }
        let (id, author, now) = (self.next(), self.account(by), self.now.to_string());
        let review = json!({
            "id": id, "state": state, "body": words, "user": author, "submitted_at": now,
            "html_url": format!("{}/{name}/pull/{number}#pullrequestreview-{id}", self.web),
        });
        self.repository(name).reviews.push((number, review.clone()));
        Ok(Answer::ok(review))
    }

    fn merge(&mut self, request: &Request, name: &str, number: u64, pull: &Value) -> Answered {
        let body = request.json();
        if pull["mergeable"] != true || pull["merged"] == true {
            return Err(Answer::refuse(405, "Pull Request is not mergeable"));
        }
        if body["sha"].is_string() && body["sha"] != pull["head"]["sha"] {
            return Err(Answer::refuse(
                409,
                "Head branch was modified. Review and try the merge again.",
            ));
        }
        let sha = self.sha();
        let pulls = &mut self.repository(name).pulls;
        let pull = pulls.get_mut(&number).ok_or_else(Answer::not_found)?;
        pull["merged"] = true.into();
        pull["state"] = "closed".into();
        pull["merge_method"] = body["merge_method"].clone();
        Ok(Answer::ok(
            json!({ "sha": sha, "merged": true, "message": "Pull Request successfully merged" }),
        ))
    }

    /// Writes a comment on a line.
    pub(super) fn line_comment(
        &mut self,
        name: &str,
        number: u64,
        by: &str,
        body: &str,
        to: Option<u64>,
    ) -> Value {
        let (id, author, now) = (self.next(), self.account(by), self.now.to_string());
        let comment = json!({
            "id": id, "body": body, "user": author, "author_association": "MEMBER", "path": "README.md", "line": 1,
            "diff_hunk": "@@ -1 +1 @@", "in_reply_to_id": to, "created_at": now, "updated_at": now,
            "html_url": format!("{}/{name}/pull/{number}#discussion_r{id}", self.web),
        });
        self.repository(name)
            .line_comments
            .push((number, comment.clone()));
        comment
    }
}

//! Issues, their comments, labels and assignees.

use serde_json::{Value, json};

use super::answer::{Answer, Answered};
use super::guard::Request;
use super::state::State;

/// The longest comment.
const LONGEST: usize = 65_536;

impl State {
    /// What is below `/repos/{owner}/{name}/issues`.
    pub(super) fn issues(
        &mut self,
        request: &Request,
        name: &str,
        rest: &[&str],
        by: &str,
    ) -> Answered {
        let method = request.method.as_str();
        if let ("POST", []) = (method, rest) {
            let title = request.required("Issue", "title")?;
            let body = request.json();
            let labels = texts(&body["labels"]);
            let words = body["body"].as_str().unwrap_or_default();
            let number = self.make_issue(name, by, &title, words, &labels);
            return Ok(Answer::created(
                self.repository(name).issues[&number].clone(),
            ));
        }
        let number = number(rest.first())?;
        let found = self.repository(name).issues.get(&number).cloned();
        let issue = found.ok_or_else(Answer::not_found)?;
        if issue["state"] == "deleted" {
            return Err(Answer::refuse(410, "This issue was deleted"));
        }
        match (method, rest.get(1..).unwrap_or_default()) {
            ("GET", []) => Ok(Answer::ok(issue)),
            ("GET", ["comments"]) => {
                let all = self.repository(name).comments.iter();
                let all: Vec<_> = all
                    .filter(|(on, _)| *on == number)
                    .map(|(_, one)| one.clone())
                    .collect();
                Ok(page(request, all))
            }
            ("POST", ["comments"]) => {
                if issue["locked"] == true {
                    return Err(Answer::refuse(
                        403,
                        "Unable to create comment because issue is locked.",
                    ));
                }
                let body = comment_body(request)?;
                Ok(Answer::created(self.comment(name, number, by, &body)))
            }
            ("POST", ["labels"]) => {
                let labels = texts(&request.json()["labels"]);
                let labels: Vec<_> = labels.iter().map(|label| self.label(name, label)).collect();
                self.change(name, number, "labels", |all| {
                    for label in labels {
                        if !all.contains(&label) {
                            all.push(label);
                        }
                    }
                })
            }
            ("DELETE", ["labels", label]) => {
                let label = decoded(label);
                let all = issue["labels"].as_array().cloned().unwrap_or_default();
                if !all.iter().any(|one| one["name"] == label) {
                    return Err(Answer::refuse(404, "Label does not exist"));
                }
                self.change(name, number, "labels", |all| {
                    all.retain(|one| one["name"] != label);
                })
            }
            ("POST", ["assignees"]) => {
                let asked = texts(&request.json()["assignees"]);
                let known = self.repository(name).collaborators.clone();
                // Who cannot be assigned is left out without a word.
                let asked: Vec<_> = asked.iter().filter(|login| known.contains(login)).collect();
                let asked: Vec<_> = asked.into_iter().map(|login| self.account(login)).collect();
                self.change(name, number, "assignees", |all| {
                    for one in asked {
                        if !all.contains(&one) {
                            all.push(one);
                        }
                    }
                })?;
                Ok(Answer::created(
                    self.repository(name).issues[&number].clone(),
                ))
            }
            _ => Err(Answer::not_found()),
        }
    }

    fn change(
        &mut self,
        name: &str,
        number: u64,
        member: &str,
        change: impl FnOnce(&mut Vec<Value>),
    ) -> Answered {
        let issues = &mut self.repository(name).issues;
        let issue = issues.get_mut(&number).ok_or_else(Answer::not_found)?;
        let list = issue[member].as_array_mut().ok_or_else(Answer::not_found)?;
        change(list);
        Ok(Answer::ok(issue[member].clone()))
    }

    /// Writes a comment, whoever says so and however often.
    pub(super) fn comment(&mut self, name: &str, number: u64, by: &str, body: &str) -> Value {
        let (id, author, now, web) = (
            self.next(),
            self.account(by),
            self.now.to_string(),
            self.web.clone(),
        );
        let app = self
            .apps
            .iter()
            .find(|app| by == format!("{}[bot]", app.slug))
            .map(|app| app.id);
        let comment = json!({
            "id": id, "node_id": format!("IC_{id}"), "body": body, "user": author, "author_association": "NONE",
            "created_at": now, "updated_at": now,
            "performed_via_github_app": app.map(|id| json!({ "id": id })),
            "html_url": format!("{web}/{name}/issues/{number}#issuecomment-{id}"),
        });
        let repository = self.repository(name);
        repository.comments.push((number, comment.clone()));
        if let Some(issue) = repository.issues.get_mut(&number) {
            let count = issue["comments"].as_u64().unwrap_or_default();
            issue["comments"] = (count + 1).into();
        }
        comment
    }
}

/// The body of a comment, as long as one may be.
pub(super) fn comment_body(request: &Request) -> Result<String, Answer> {
    let body = request.required("IssueComment", "body")?;
    if body.chars().count() > LONGEST {
        return Err(Answer::invalid("IssueComment", "body", "invalid"));
    }
    Ok(body)
}

/// A page of a list: of a hundred at most, of 30 unless said, of what is newer than `since`.
pub(super) fn page(request: &Request, mut all: Vec<Value>) -> Answer {
    if let Some(since) = request.param("since") {
        let moment = |text: &str| text.parse::<jiff::Timestamp>().ok();
        let Some(since) = moment(since) else {
            return Answer::invalid("Comment", "since", "invalid");
        };
        all.retain(|one| {
            one["updated_at"]
                .as_str()
                .and_then(moment)
                .is_some_and(|at| at >= since)
        });
    }
    let number = |name: &str| {
        request
            .param(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let size = number("per_page").unwrap_or(30).clamp(1, 100);
    let from = (number("page").unwrap_or(1).max(1) - 1) * size;
    let some: Vec<_> = all.into_iter().skip(from).take(size).collect();
    Answer::ok(some.into())
}

/// A number in a path.
pub(super) fn number(segment: Option<&&str>) -> Result<u64, Answer> {
    segment
        .and_then(|text| text.parse().ok())
        .ok_or_else(Answer::not_found)
}

/// The texts of a list.
pub(super) fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// A segment of a path as it was before it was encoded.
pub(super) fn decoded(segment: &str) -> String {
    let text = format!("x={}", segment.replace('+', "%2B"));
    let mut pairs = url::form_urlencoded::parse(text.as_bytes());
    pairs
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

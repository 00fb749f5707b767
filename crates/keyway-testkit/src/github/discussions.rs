//! GraphQL, as far as discussions and reactions go.

use serde_json::{Value, json};

use super::answer::Answer;
use super::guard::Request;
use super::state::{Installation, State};

impl State {
    /// `POST /graphql`. A discussion's node id is `D_<repository>#<number>`.
    pub(super) fn graphql(
        &mut self,
        request: &Request,
        installation: &Installation,
        bot: &str,
    ) -> Answer {
        if !installation.permissions.contains_key("discussions") {
            return failed("FORBIDDEN", "Resource not accessible by integration");
        }
        let body = request.json();
        let (query, variables) = (
            body["query"].as_str().unwrap_or_default(),
            &body["variables"],
        );
        if query.contains("addReaction") {
            return match self.add_reaction(variables, bot) {
                Some(data) => Answer::ok(json!({ "data": data })),
                None => failed("UNPROCESSABLE", "content is invalid"),
            };
        }
        let node = variables["discussion"].as_str().unwrap_or_default();
        let found = node
            .strip_prefix("D_")
            .and_then(|rest| rest.rsplit_once('#'));
        let found =
            found.and_then(|(name, number)| Some((name.to_owned(), number.parse::<u64>().ok()?)));
        let found = found.filter(|(name, _)| self.repositories.contains_key(&name.to_lowercase()));
        let Some((name, number)) = found else {
            return failed(
                "NOT_FOUND",
                "Could not resolve to a node with the global id",
            );
        };
        if query.contains("addDiscussionComment") {
            if self.repository(&name).archived {
                return failed("UNPROCESSABLE", "Repository was archived so is read-only.");
            }
            let words = variables["body"].as_str().unwrap_or_default().to_owned();
            let comment = self.discussion_comment(&name, number, bot, &words);
            let data = json!({ "addDiscussionComment": { "comment": comment } });
            return Answer::ok(json!({ "data": data }));
        }
        let all: Vec<_> = self.repository(&name).discussion_comments.iter().collect();
        let all = all
            .into_iter()
            .filter(|(on, _)| *on == number)
            .map(|(_, one)| one);
        let mut all: Vec<Value> = all.cloned().collect();
        for one in &mut all {
            one["viewerDidAuthor"] = (one["author"] == bot).into();
        }
        // A cursor is how many are before.
        let end = variables["before"]
            .as_str()
            .and_then(|text| text.parse().ok())
            .unwrap_or(all.len());
        let start = end.saturating_sub(100);
        let nodes = all.get(start..end).unwrap_or_default();
        Answer::ok(json!({ "data": { "node": { "comments": {
            "nodes": nodes,
            "pageInfo": { "hasPreviousPage": start > 0, "startCursor": start.to_string() },
        } } } }))
    }

    /// Writes a comment in a discussion.
    pub(super) fn discussion_comment(
        &mut self,
        name: &str,
        number: u64,
        by: &str,
        body: &str,
    ) -> Value {
        let id = self.next();
        let comment = json!({
            "databaseId": id, "body": body, "author": by, "createdAt": self.now.to_string(),
            "url": format!("{}/{name}/discussions/{number}#discussioncomment-{id}", self.web),
        });
        let repository = self.repository(name);
        repository
            .discussion_comments
            .push((number, comment.clone()));
        comment
    }
}

fn failed(kind: &str, message: &str) -> Answer {
    Answer::ok(json!({ "data": null, "errors": [{ "type": kind, "message": message }] }))
}

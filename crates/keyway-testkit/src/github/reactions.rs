//! Reactions to what was said ("Reactions" in the documentation of the REST API).

use serde_json::{Value, json};

use super::answer::{Answer, Answered};
use super::guard::Request;
use super::state::State;

/// The reactions there are, and their names in GraphQL.
const KNOWN: [(&str, &str); 8] = [
    ("+1", "THUMBS_UP"),
    ("-1", "THUMBS_DOWN"),
    ("laugh", "LAUGH"),
    ("confused", "CONFUSED"),
    ("heart", "HEART"),
    ("hooray", "HOORAY"),
    ("rocket", "ROCKET"),
    ("eyes", "EYES"),
];

impl State {
    /// `POST …/reactions`: 201, or 200 where it is there.
    pub(super) fn react(&mut self, request: &Request, to: &str, by: &str) -> Answered {
        let content = request.required("Reaction", "content")?;
        if !KNOWN.iter().any(|(name, _)| *name == content) {
            return Err(Answer::invalid("Reaction", "content", "invalid"));
        }
        let id = self.next();
        let reaction = json!({ "id": id, "content": content, "user": self.account(by) });
        Ok(if self.reacted(to, &content, by) {
            Answer::created(reaction)
        } else {
            Answer::ok(reaction)
        })
    }

    /// `addReaction` of GraphQL; nothing where there is no such content.
    pub(super) fn add_reaction(&mut self, variables: &Value, by: &str) -> Option<Value> {
        let content = variables["content"].as_str().unwrap_or_default();
        let (name, _) = KNOWN.iter().find(|(_, name)| *name == content)?;
        let subject = variables["subject"].as_str().unwrap_or_default().to_owned();
        self.reacted(&subject, name, by);
        Some(json!({ "addReaction": { "reaction": { "content": content } } }))
    }

    /// Whether it is a new one.
    fn reacted(&mut self, to: &str, content: &str, by: &str) -> bool {
        let one = (to.to_owned(), content.to_owned(), by.to_owned());
        let new = !self.reactions.contains(&one);
        if new {
            self.reactions.push(one);
        }
        new
    }
}

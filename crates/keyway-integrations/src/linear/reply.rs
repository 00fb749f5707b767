use keyway_core::Error;
use keyway_core::provider::{Posted, PublicationContext, Reply};
use serde_json::{Value, json};

use super::api::{Api, Input, text};
use super::errors;
use super::ids::uuid_of;
use super::place::Place;
use super::publication::COMMENT;
use super::underway;

/// The longest text that is posted, in bytes. Linear documents no limit; what is longer nobody reads.
pub(super) const LONGEST: usize = 60_000;

/// What is said while the agent has only begun.
const SEEN: &str = "On it.";

pub(super) const ADD_ACTIVITY: &str = "mutation Say($input: AgentActivityCreateInput!) { \
    agentActivityCreate(input: $input) { success agentActivity { id agentSession { url } } } }";
const ADD_COMMENT: &str = "mutation Comment($input: CommentCreateInput!) { \
    commentCreate(input: $input) { success comment { id url } } }";
const FIND_ACTIVITY: &str =
    "query Said($id: String!) { agentActivity(id: $id) { id agentSession { url } } }";
const FIND_COMMENT: &str = "query Commented($id: String!) { comment(id: $id) { id url } }";
const ISSUE: &str = "query Issue($id: String!) { issue(id: $id) { id archivedAt trashed } }";

/// Says at once that an agent session is seen, for which Linear waits 10 s, and then where more of it is to be
/// seen. Its id is made of the event's, so that a second one is refused.
pub(super) async fn acknowledge(context: &PublicationContext, place: &Value) -> Result<(), Error> {
    let place = Place::read(place);
    let Some(session) = &place.session else {
        return Ok(());
    };
    if !context.scopes.permits(COMMENT) {
        return Ok(());
    }
    let api = Api::of(context)?;
    let id = uuid_of(&format!("seen {}", place.event));
    say(&api, &place, (session, &id), "thought", SEEN).await?;
    match &context.link {
        Some(link) => underway::link(&api, session, link).await,
        None => Ok(()),
    }
}

/// Adds an activity to an agent session. Linear refuses a second one with its id: then it is there.
pub(super) async fn say(
    api: &Api<'_>,
    place: &Place,
    (session, id): (&str, &str),
    kind: &str,
    body: &str,
) -> Result<Posted, Error> {
    let input = json!({
        "id": id,
        "agentSessionId": session,
        "content": { "type": kind, "body": body },
    });
    let data = api
        .ask(ADD_ACTIVITY, json!({ "input": input }), Input::Says)
        .await;
    match data.and_then(|data| posted(&data, "/agentActivityCreate", Shape::Activity)) {
        Err(error) if error.code() == "vendor_refused" => {
            let there = find(api, place, id).await?;
            there.ok_or(error)
        }
        posted => posted,
    }
}

/// Says something where an event came from. The id of what is posted is made of the marker: it is what
/// people do not see and [`find_reply`] looks for, and Linear refuses a second post with it.
pub(super) async fn reply(
    context: &PublicationContext,
    place: &Value,
    reply: &Reply<'_>,
) -> Result<Posted, Error> {
    let place = Place::read(place);
    let api = Api::of(context)?;
    let id = id_of(&place, reply.marker);
    let body = cut(reply.text, reply.link);
    let posted = match (&place.session, &place.issue) {
        (Some(session), _) => {
            let kind = if reply.failed { "error" } else { "response" };
            say(&api, &place, (session, &id), kind, &body).await
        }
        (None, Some(issue)) => {
            let input = json!({
                "id": id,
                "issueId": issue,
                "body": body,
                // Null is no thread.
                "parentId": place.comment,
            });
            let data = api
                .ask(ADD_COMMENT, json!({ "input": input }), Input::Says)
                .await;
            data.and_then(|data| posted(&data, "/commentCreate", Shape::Comment))
        }
        (None, None) => return Err(errors::not_found()),
    };
    match posted {
        Err(error) if error.code() == "vendor_refused" => match find(&api, &place, &id).await? {
            Some(there) => Ok(there),
            None => Err(why(&api, &place, error).await),
        },
        posted => posted,
    }
}

/// Looks for a reply by its id.
pub(super) async fn find_reply(
    context: &PublicationContext,
    place: &Value,
    marker: &str,
) -> Result<Option<Posted>, Error> {
    let api = Api::of(context)?;
    let place = Place::read(place);
    find(&api, &place, &id_of(&place, marker)).await
}

/// The id of a reply at a place.
pub(super) fn id_of(place: &Place, marker: &str) -> String {
    let noun = match place.session {
        Some(_) => "activity",
        None => "comment",
    };
    uuid_of(&format!("{noun} {marker}"))
}

async fn find(api: &Api<'_>, place: &Place, id: &str) -> Result<Option<Posted>, Error> {
    let variables = json!({ "id": id });
    let (query, shape) = match place.session {
        Some(_) => (FIND_ACTIVITY, Shape::Activity),
        None => (FIND_COMMENT, Shape::Comment),
    };
    match api.ask(query, variables, Input::Names).await {
        Ok(data) => shape.read(&data, "").map(Some),
        Err(error) if error.code() == "target_not_found" => Ok(None),
        Err(error) => Err(error),
    }
}

/// Why a reply was not taken, by what became of its issue.
async fn why(api: &Api<'_>, place: &Place, refused: Error) -> Error {
    let Some(issue) = &place.issue else {
        return refused;
    };
    match api.ask(ISSUE, json!({ "id": issue }), Input::Names).await {
        Ok(data) if is_archived(data.pointer("/issue")) => errors::archived(),
        Ok(_) => refused,
        Err(error) => error,
    }
}

/// Whether an issue is one that cannot be changed.
pub(super) fn is_archived(issue: Option<&Value>) -> bool {
    let set = |name: &str| {
        let value = issue.and_then(|issue| issue.get(name));
        value.is_some_and(|value| !value.is_null() && value != &Value::Bool(false))
    };
    set("archivedAt") || set("trashed")
}

/// How a post is told of.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Activity,
    Comment,
}

impl Shape {
    fn read(self, data: &Value, below: &str) -> Result<Posted, Error> {
        let (noun, url) = match self {
            Self::Activity => ("agentActivity", "agentSession/url"),
            Self::Comment => ("comment", "url"),
        };
        let id = text(data, &format!("{below}/{noun}/id"));
        Ok(Posted {
            id: id.ok_or_else(|| errors::failed("the answer names no post"))?,
            url: text(data, &format!("{below}/{noun}/{url}")),
        })
    }
}

fn posted(data: &Value, below: &str, shape: Shape) -> Result<Posted, Error> {
    if data.pointer(&format!("{below}/success")) != Some(&Value::Bool(true)) {
        return Err(errors::failed("it was not posted"));
    }
    shape.read(data, below)
}

/// The text with the link, cut where it is too long.
pub(super) fn cut(text: &str, link: Option<&str>) -> String {
    let end = link
        .map(|link| format!("\n\n[More]({link})"))
        .unwrap_or_default();
    if text.len() + end.len() <= LONGEST {
        return format!("{text}{end}");
    }
    let end = format!("\n\n… The rest is cut: the text is too long for Linear.{end}");
    let mut at = LONGEST.saturating_sub(end.len()).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    format!("{}{end}", text.split_at(at).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_so() {
        assert_eq!(cut("short", None), "short");
        assert_eq!(
            cut("short", Some("https://k.example/s")),
            "short\n\n[More](https://k.example/s)"
        );
        let just = "a".repeat(LONGEST);
        assert_eq!(cut(&just, None), just);
        for long in [
            "é".repeat(LONGEST),
            "a".repeat(LONGEST + 1),
            "😀".repeat(LONGEST),
        ] {
            let cut = cut(&long, Some("https://k.example/s"));
            assert!(cut.len() <= LONGEST && cut.len() > LONGEST - 8);
            assert!(
                cut.contains("The rest is cut") && cut.ends_with("[More](https://k.example/s)")
            );
        }
    }
}

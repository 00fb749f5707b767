//! What a model is shown of GitHub's answers: what is of use, and nothing that only machines read.

use keyway_core::{Error, Kind};
use serde_json::{Value, json};

use crate::github::api::{Api, unreadable};
use crate::github::json::{At, put};
use crate::github::payload::{labels, text};
use crate::github::prompt::cut;

/// The most characters of a piece of something long, and of one comment.
const PIECE: usize = 60_000;
const COMMENT: usize = 8_000;
/// How many comments are shown.
const COMMENTS: u64 = 100;

/// An issue or a pull request without its comments.
pub(super) fn subject(found: &Value) -> Value {
    json!({
        "number": found.at("number"),
        "title": found.at("title"),
        "state": found.at("state"),
        "author": found.at("user").at("login"),
        "association": found.at("author_association"),
        "labels": labels(found).collect::<Vec<_>>(),
        "assignees": logins(found.at("assignees")),
        "locked": found.at("locked"),
        "createdAt": found.at("created_at"),
        "url": found.at("html_url"),
        "body": found.at("body"),
    })
}

/// Logins of people.
pub(super) fn logins(people: &Value) -> Vec<&str> {
    let people = people.as_array().map(Vec::as_slice).unwrap_or_default();
    people
        .iter()
        .map(|person| text(person.at("login")))
        .collect()
}

/// The newest comments of an issue, oldest first. It says itself how many there are.
pub(super) async fn comments(api: &Api<'_>, issue: &str, count: &Value) -> Result<Value, Error> {
    let count = count.as_u64().unwrap_or_default();
    if count == 0 {
        return Ok(json!([]));
    }
    let page = count.div_ceil(COMMENTS).to_string();
    let query = [("per_page", "100"), ("page", page.as_str())];
    list(&api.query(&format!("{issue}/comments"), &query).await?)
}

/// Comments or reviews as they are shown.
pub(super) fn list(found: &Value) -> Result<Value, Error> {
    let found = found.as_array().ok_or_else(unreadable)?;
    let one = |one: &Value| {
        let mut shown = json!({
            "id": one.at("id"),
            "author": one.at("user").at("login"),
            "association": one.at("author_association"),
            "at": if one.at("created_at").is_null() { one.at("submitted_at") } else { one.at("created_at") },
            "body": cut(text(one.at("body")), COMMENT),
        });
        for name in ["path", "line", "state"] {
            if !one.at(name).is_null() {
                put(&mut shown, name, one.at(name).clone());
            }
        }
        shown
    };
    Ok(found.iter().map(one).collect())
}

/// A piece of a long text, and where the next one begins.
pub(super) fn piece(name: &str, whole: &str, offset: u64) -> Result<Value, Error> {
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let rest = match whole.char_indices().nth(offset) {
        Some((at, _)) => &whole[at..],
        None if offset == 0 => "",
        None => {
            return Err(Error::new(
                Kind::Invalid,
                "offset_past_end",
                "there is nothing behind this offset",
            ));
        }
    };
    let end = rest.char_indices().nth(PIECE);
    let mut shown = json!({ name: end.map_or(rest, |(at, _)| &rest[..at]) });
    if end.is_some() {
        put(&mut shown, "next", offset + PIECE);
    }
    Ok(shown)
}

/// Something that was made.
pub(super) fn made(found: &Value, names: &[&str]) -> Value {
    let mut shown = json!({ "url": found.at("html_url") });
    for name in names {
        put(&mut shown, name, found.at(name).clone());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_comes_in_pieces_that_make_the_whole() {
        let whole = "ü".repeat(PIECE + 5);
        let first = piece("diff", &whole, 0).unwrap();
        assert_eq!(first["next"], PIECE);
        let second = piece("diff", &whole, PIECE as u64).unwrap();
        assert!(second.get("next").is_none());
        assert_eq!(
            [text(&first["diff"]), text(&second["diff"])].concat(),
            whole
        );
        assert_eq!(
            piece("diff", &whole, u64::MAX).unwrap_err().code(),
            "offset_past_end"
        );
        assert_eq!(piece("diff", "", 0).unwrap(), json!({ "diff": "" }));
    }
}

//! What a model is shown of GitHub's answers: what is of use, and nothing that only machines read.

use keyway_core::{Error, Kind};
use serde_json::{Value, json};

use crate::github::api::{Api, unreadable};
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
        "number": found["number"],
        "title": found["title"],
        "state": found["state"],
        "author": found["user"]["login"],
        "association": found["author_association"],
        "labels": labels(found).collect::<Vec<_>>(),
        "assignees": logins(&found["assignees"]),
        "locked": found["locked"],
        "createdAt": found["created_at"],
        "url": found["html_url"],
        "body": found["body"],
    })
}

/// Logins of people.
pub(super) fn logins(people: &Value) -> Vec<&str> {
    let people = people.as_array().map(Vec::as_slice).unwrap_or_default();
    people.iter().map(|person| text(&person["login"])).collect()
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
            "id": one["id"],
            "author": one["user"]["login"],
            "association": one["author_association"],
            "at": if one["created_at"].is_null() { &one["submitted_at"] } else { &one["created_at"] },
            "body": cut(text(&one["body"]), COMMENT),
        });
        for name in ["path", "line", "state"] {
            if !one[name].is_null() {
                shown[name] = one[name].clone();
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
        shown["next"] = (offset + PIECE).into();
    }
    Ok(shown)
}

/// Something that was made.
pub(super) fn made(found: &Value, names: &[&str]) -> Value {
    let mut shown = json!({ "url": found["html_url"] });
    for name in names {
        shown[*name] = found[*name].clone();
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

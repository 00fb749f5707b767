//! Replies: comments with a marker that Markdown does not show.

use keyway_core::provider::{Posted, PublicationContext, Reply};
use keyway_core::{Error, Kind};
use serde_json::{Value, json};

use super::api::{Api, unreadable};
use super::call::path;
use super::discussion;
use super::json::At;
use super::payload::text;
use super::place::{Place, PlaceKind};
use super::settings::Settings;

/// The most characters of a comment.
pub(super) const LONGEST: usize = 65_536;
/// The most pages of comments that are looked through, of a hundred each.
pub(super) const PAGES: usize = 50;

/// Says something where an event came from: below the line of a review, or as a comment.
pub(super) async fn reply(
    context: &PublicationContext,
    place: &Value,
    reply: &Reply<'_>,
) -> Result<Posted, Error> {
    let settings = Settings::read(&context.settings)?;
    let place = Place::read(place)?;
    let repository = place.repository()?;
    let body = body(reply);
    if place.kind == PlaceKind::Discussion {
        return discussion::reply(context, &settings, &place, &body).await;
    }
    let api = Api::of(context, settings.api());
    let number = place.number;
    let comments = match place.review_thread {
        Some(thread) => path(
            &repository,
            format_args!("/pulls/{number}/comments/{thread}/replies"),
        ),
        None => path(&repository, format_args!("/issues/{number}/comments")),
    };
    posted(&api.post(&comments, &json!({ "body": body })).await?)
}

/// Looks for a reply among the comments since the event. Somebody else's that has the marker is none.
pub(super) async fn find(
    context: &PublicationContext,
    place: &Value,
    marker: &str,
) -> Result<Option<Posted>, Error> {
    let settings = Settings::read(&context.settings)?;
    let place = Place::read(place)?;
    let repository = place.repository()?;
    let hidden = hidden(marker);
    if place.kind == PlaceKind::Discussion {
        return discussion::find(context, &settings, &place, &hidden).await;
    }
    let api = Api::of(context, settings.api());
    let kind = if place.review_thread.is_some() {
        "pulls"
    } else {
        "issues"
    };
    let comments = path(
        &repository,
        format_args!("/{kind}/{}/comments", place.number),
    );
    let since = place.since();
    for page in 1..=PAGES {
        let page = page.to_string();
        let query = [
            ("since", since.as_str()),
            ("per_page", "100"),
            ("page", &page),
        ];
        let found = api.query(&comments, &query).await?;
        let found = found.as_array().ok_or_else(unreadable)?;
        let ours = |one: &&Value| is_ours(one, &settings) && text(one.at("body")).contains(&hidden);
        if let Some(one) = found.iter().find(ours) {
            return posted(one).map(Some);
        }
        if found.len() < 100 {
            return Ok(None);
        }
    }
    Err(too_many())
}

/// Whether the app wrote a comment.
fn is_ours(comment: &Value, settings: &Settings) -> bool {
    let app = comment
        .at("performed_via_github_app")
        .at("id")
        .as_u64()
        .map(|id| id.to_string());
    app.is_some() && app == settings.app_id || settings.is_bot(text(comment.at("user").at("login")))
}

fn posted(comment: &Value) -> Result<Posted, Error> {
    let id = comment.at("id").as_u64().ok_or_else(unreadable)?;
    let url = comment.at("html_url").as_str().map(str::to_owned);
    Ok(Posted {
        id: id.to_string(),
        url,
    })
}

/// More comments than are looked through: whether the reply is among them is not known.
pub(super) fn too_many() -> Error {
    Error::new(
        Kind::Conflict,
        "too_many_comments",
        "there are more comments since the event than are looked through",
    )
}

fn hidden(marker: &str) -> String {
    format!("<!-- {marker} -->")
}

/// What is posted: the words, cut where GitHub would refuse them, a link, and the marker.
fn body(reply: &Reply<'_>) -> String {
    let marker = hidden(reply.marker);
    let link = reply.link.map_or(String::new(), |link| {
        format!("\n\n[The whole session]({link})")
    });
    let end = format!("{link}\n\n{marker}");
    // What could end the comment early, or look like another marker.
    let words = reply.text.replace("<!--", "<\u{200b}!--");
    let room = LONGEST.saturating_sub(end.chars().count());
    if words.chars().count() <= room {
        return format!("{words}{end}");
    }
    let note = "\n\n… *(cut: the answer is longer than a comment may be)*";
    let kept = room.saturating_sub(note.chars().count() + FENCE.len());
    let kept: String = words.chars().take(kept).collect();
    let closing = if is_in_code(&kept) { FENCE } else { "" };
    format!("{kept}{closing}{note}{end}")
}

const FENCE: &str = "\n```";

/// Whether a text ends within fenced code, where neither the note nor the marker would be what they are.
fn is_in_code(text: &str) -> bool {
    let fences = text
        .lines()
        .filter(|line| line.trim_start().starts_with("```"));
    fences.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, link: Option<&str>) -> String {
        body(&Reply {
            text,
            marker: "kw-1",
            failed: false,
            link,
        })
    }

    #[test]
    fn a_reply_has_its_marker_where_nobody_sees_it() {
        assert_eq!(of("It is fixed", None), "It is fixed\n\n<!-- kw-1 -->");
        let linked = of("It is fixed", Some("https://keyway.example/s/1"));
        assert!(
            linked.contains("(https://keyway.example/s/1)")
                && linked.ends_with("\n\n<!-- kw-1 -->")
        );
        assert_eq!(of("a <!-- kw-2 --> b", None).matches("<!--").count(), 1);
    }

    #[test]
    fn a_reply_that_is_too_long_is_cut_and_says_so() {
        for long in [
            "ü".repeat(LONGEST * 2),
            format!("```\n{}", "x\n".repeat(LONGEST)),
        ] {
            let cut = of(&long, Some("https://keyway.example/s/1"));
            assert!(cut.chars().count() <= LONGEST, "{}", cut.chars().count());
            assert!(cut.contains("(cut:") && cut.ends_with("<!-- kw-1 -->"));
            assert!(!is_in_code(cut.split("(cut:").next().unwrap()));
        }
        let room = LONGEST - "\n\n<!-- kw-1 -->".len();
        assert!(!of(&"x".repeat(room), None).contains("(cut:"));
        assert!(of(&"x".repeat(room + 1), None).contains("(cut:"));
    }
}

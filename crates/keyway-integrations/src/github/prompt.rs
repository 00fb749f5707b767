//! What the agent is told of an event: what was said, and what it was said about.

use serde_json::Value;

use super::json::At;
use super::payload::{Cause, Event, labels, text};

/// The most characters of a piece that is not what was said itself.
const PIECE: usize = 8_000;

/// The title of what an event is about, with its number.
pub(super) fn about(event: Event, body: &Value) -> String {
    let subject = event.subject(body);
    let repository = text(body.at("repository").at("full_name"));
    let title = cut(text(subject.at("title")), 200);
    format!("{repository}#{} {title}", subject.at("number"))
        .trim_end()
        .to_owned()
}

/// The whole text.
pub(super) fn tell(event: Event, cause: Cause, body: &Value) -> String {
    let (subject, said) = (event.subject(body), event.said(body));
    let mut lines = vec![format!("{} {}", kind(event, subject), about(event, body))];
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("{name}: {value}"));
        }
    };
    line("Address", text(said.at("html_url")));
    line("Opened by", &person(subject));
    line("State", text(subject.at("state")));
    line("Labels", &labels(subject).collect::<Vec<_>>().join(", "));
    line("Changes", &changes(subject));
    line("What happened", &happened(event, cause, body));
    line("File", &file(body.at("comment")));
    if !std::ptr::eq(said, subject) {
        let who = person(said);
        lines.push(format!(
            "\n{} by {who}:\n{}",
            spoken(event),
            text(said.at("body"))
        ));
        let hunk = cut(text(said.at("diff_hunk")), PIECE);
        if !hunk.is_empty() {
            lines.push(format!("\nThe lines it is about:\n{hunk}"));
        }
    }
    let words = text(subject.at("body"));
    let words = if std::ptr::eq(said, subject) {
        words.to_owned()
    } else {
        cut(words, PIECE)
    };
    if !words.trim().is_empty() {
        lines.push(format!("\nDescription:\n{words}"));
    }
    lines.join("\n")
}

fn kind(event: Event, subject: &Value) -> &'static str {
    match event {
        Event::Issue | Event::IssueComment if !subject.at("pull_request").is_object() => "Issue",
        Event::Discussion | Event::DiscussionComment => "Discussion",
        _ => "Pull request",
    }
}

fn spoken(event: Event) -> &'static str {
    match event {
        Event::Review => "Review",
        Event::ReviewComment => "Review comment",
        _ => "Comment",
    }
}

/// Who made a thing, and what they are to the repository.
fn person(thing: &Value) -> String {
    let (login, association) = (
        text(thing.at("user").at("login")),
        text(thing.at("author_association")),
    );
    match association {
        "" => login.to_owned(),
        association => format!("{login} ({association})"),
    }
}

fn happened(event: Event, cause: Cause, body: &Value) -> String {
    let sender = text(body.at("sender").at("login"));
    match cause {
        Cause::Said | Cause::Edited if event == Event::Review => {
            format!(
                "{sender} reviewed it: {}",
                text(body.at("review").at("state"))
            )
        }
        Cause::Said => format!("{sender} mentioned you"),
        Cause::Edited => format!("{sender} mentioned you in an edit"),
        Cause::Labeled => format!(
            "{sender} added the label {}",
            text(body.at("label").at("name"))
        ),
        Cause::Assigned => format!(
            "{sender} assigned {}",
            text(body.at("assignee").at("login"))
        ),
        Cause::ReviewRequested => {
            let team = text(body.at("requested_team").at("slug"));
            let person = text(body.at("requested_reviewer").at("login"));
            format!("{sender} asked {person}{team} for a review")
        }
    }
}

/// What a pull request would change, in numbers.
fn changes(subject: &Value) -> String {
    let (Some(base), Some(head)) = (
        subject.at("base").at("ref").as_str(),
        subject.at("head").at("ref").as_str(),
    ) else {
        return String::new();
    };
    let Some(files) = subject.at("changed_files").as_u64() else {
        return format!("{head} into {base}");
    };
    let (more, less) = (subject.at("additions"), subject.at("deletions"));
    format!("{files} files, {more} lines added, {less} removed, {head} into {base}")
}

fn file(comment: &Value) -> String {
    match (comment.at("path").as_str(), comment.at("line").as_u64()) {
        (Some(path), Some(line)) => format!("{path}, line {line}"),
        (Some(path), None) => path.to_owned(),
        _ => String::new(),
    }
}

/// At most so many characters, and a word where there were more.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}… (cut)", &text[..at]),
    }
}

use keyway_core::provider::{Effect, McpToolDescriptor};
use serde_json::{Value, json};

use super::schema::{names, number, object, offset, text};
use crate::github::publication::{COMMENT, DISPATCH, MERGE};

/// The most characters of what is written as a body.
pub(super) const BODY: usize = 65_000;

/// Every tool, with the one scope that permits it.
pub(in crate::github) const TOOLS: &[McpToolDescriptor] = &[
    reads(
        "get_issue",
        "Read an issue",
        "Read a GitHub issue: its description, labels, assignees and newest comments.",
        "issue.read",
        || object(json!({ "number": number() }), &[]),
    ),
    reads(
        "get_pull_request",
        "Read a pull request",
        "Read a GitHub pull request: its description, branches, state, reviews and newest comments. `get_diff` shows what it changes.",
        "pr.read",
        || object(json!({ "number": number() }), &[]),
    ),
    reads(
        "get_diff",
        "Read a diff",
        "Read what a GitHub pull request changes, as a unified diff. A long one comes in pieces.",
        "pr.read",
        || object(json!({ "number": number(), "offset": offset() }), &[]),
    ),
    reads(
        "get_file",
        "Read a file",
        "Read a file of a GitHub repository, or list a folder. A long file comes in pieces.",
        "contents.read",
        || {
            let properties = json!({
                "path": text("The path from the root of the repository", 4_096),
                "ref": text("A branch, a tag or a commit; the default branch if left out", 255),
                "offset": offset(),
            });
            object(properties, &["path"])
        },
    ),
    reads(
        "get_checks",
        "Read checks",
        "Read the outcome of checks and statuses of a GitHub pull request, or of a branch, tag or commit.",
        "checks.read",
        || {
            let reference = text(
                "A branch, a tag or a commit, in place of a pull request",
                255,
            );
            object(json!({ "number": number(), "ref": reference }), &[])
        },
    ),
    writes(
        "create_comment",
        "Comment",
        "Write a comment on a GitHub issue or pull request.",
        COMMENT,
        || {
            let body = text("The comment, as Markdown", BODY);
            object(json!({ "number": number(), "body": body }), &["body"])
        },
    ),
    McpToolDescriptor {
        idempotent: true,
        ..writes(
            "update_labels",
            "Label",
            "Add labels to a GitHub issue or pull request, or remove them. Other labels stay.",
            "label.update",
            || {
                let properties = json!({
                    "number": number(),
                    "add": names("Labels to add", 50),
                    "remove": names("Labels to remove", 20),
                });
                object(properties, &[])
            },
        )
    },
    McpToolDescriptor {
        idempotent: true,
        ..writes(
            "assign",
            "Assign",
            "Assign people to a GitHub issue or pull request. GitHub lets nobody be assigned who has no access, and no app.",
            "assignee.update",
            || {
                object(
                    json!({ "number": number(), "people": names("Logins", 10) }),
                    &["people"],
                )
            },
        )
    },
    writes(
        "create_issue",
        "Open an issue",
        "Open a GitHub issue.",
        "issue.create",
        || {
            let properties = json!({
                "title": text("The title", 256),
                "body": text("The description, as Markdown", BODY),
                "labels": names("Labels", 50),
            });
            object(properties, &["title"])
        },
    ),
    writes(
        "commit_files",
        "Commit files",
        "Commit whole files to a branch of a GitHub repository, in one commit. A branch that is not there is made.",
        "contents.write",
        commit,
    ),
    writes(
        "create_pull_request",
        "Open a pull request",
        "Open a GitHub pull request from one branch of a repository into another one.",
        "pr.create",
        || {
            let properties = json!({
                "title": text("The title", 256),
                "body": text("The description, as Markdown", BODY),
                "head": text("The branch with the changes", 255),
                "base": text("The branch to change; the default branch if left out", 255),
                "draft": { "type": "boolean", "description": "Whether it is a draft" },
            });
            object(properties, &["title", "head"])
        },
    ),
    writes(
        "submit_review",
        "Review a pull request",
        "Review a GitHub pull request, with comments on lines if there are any.",
        "pr.review",
        review,
    ),
    McpToolDescriptor {
        effect: Effect::Destroys,
        ..writes(
            "merge_pull_request",
            "Merge a pull request",
            "Merge a GitHub pull request.",
            MERGE,
            || {
                let properties = json!({
                    "number": number(),
                    "method": { "enum": ["merge", "squash", "rebase"], "description": "How; `merge` if left out" },
                    "sha": text("The commit that its branch has to be at: `headSha` of get_pull_request", 64),
                });
                object(properties, &[])
            },
        )
    },
    writes(
        "dispatch_workflow",
        "Start a workflow",
        "Start a GitHub Actions workflow that can be started by hand.",
        DISPATCH,
        || {
            let properties = json!({
                "workflow": text("The file's name in .github/workflows, like `release.yml`", 255),
                "ref": text("The branch or tag; the default branch if left out", 255),
                "inputs": {
                    "type": "object",
                    "additionalProperties": { "type": "string", "maxLength": 4096 },
                    "maxProperties": 25,
                    "description": "The workflow's inputs",
                },
            });
            object(properties, &["workflow"])
        },
    ),
];

fn commit() -> Value {
    let file = json!({
        "type": "object",
        "properties": {
            "path": text("The path from the root of the repository", 4_096),
            "content": {
                "type": ["string", "null"],
                "maxLength": 1_000_000,
                "description": "The whole file; null removes it",
            },
            "executable": { "type": "boolean", "description": "Whether it can be run" },
        },
        "required": ["path", "content"],
        "additionalProperties": false,
    });
    let properties = json!({
        "branch": text("The branch to commit to", 255),
        "from": text("The branch that a new one begins at; the default branch if left out", 255),
        "message": text("The commit's message", BODY),
        "files": { "type": "array", "items": file, "minItems": 1, "maxItems": 100 },
    });
    object(properties, &["branch", "message", "files"])
}

fn review() -> Value {
    let comment = json!({
        "type": "object",
        "properties": {
            "path": text("The file", 4_096),
            "line": { "type": "integer", "minimum": 1, "description": "The line, in the file as it is after" },
            "body": text("The comment, as Markdown", BODY),
        },
        "required": ["path", "line", "body"],
        "additionalProperties": false,
    });
    let properties = json!({
        "number": number(),
        "verdict": { "enum": ["approve", "request_changes", "comment"] },
        "body": text("What the review says, as Markdown; needed but to approve", BODY),
        "comments": { "type": "array", "items": comment, "maxItems": 50 },
    });
    object(properties, &["verdict"])
}

const fn reads(
    name: &'static str,
    title: &'static str,
    description: &'static str,
    scope: &'static str,
    input_schema: fn() -> Value,
) -> McpToolDescriptor {
    McpToolDescriptor {
        name,
        title,
        description,
        scope,
        effect: Effect::Reads,
        idempotent: true,
        input_schema,
    }
}

const fn writes(
    name: &'static str,
    title: &'static str,
    description: &'static str,
    scope: &'static str,
    input_schema: fn() -> Value,
) -> McpToolDescriptor {
    McpToolDescriptor {
        name,
        title,
        description,
        scope,
        effect: Effect::Writes,
        idempotent: false,
        input_schema,
    }
}

//! Real MCP servers, called from a terminal: `keyway mcp …` on a person's own file of servers.

use serde_json::json;

use super::desk::{Desk, ends, holds};
use super::{Rig, tap};
use crate::Failure;
use crate::steps::Tally;

/// The end of the question before a call.
const CALL: &str = "[n] no, with or without a reason: ";

type Check = fn(&Desk<'_>) -> Result<(), Failure>;

const CHECKS: &[(&str, Check)] = &[
    ("all five servers are connected", all_connected),
    ("everything: a form of every kind of field", form),
    ("everything: a form is declined", declined_form),
    (
        "everything: a page, and a call that wants one opened first",
        pages,
    ),
    ("everything: a completion of the person's model", sampling),
    (
        "everything: a completion without a model is refused",
        no_sampling,
    ),
    ("everything: progress of a long call", progress),
    (
        "everything: asking outside a call, it is told the folders",
        roots,
    ),
    (
        "everything: resources, prompts and their arguments",
        resources,
    ),
    ("files: approved once, always, and revoked", files),
    ("files: denied without a terminal", denied),
    ("files: a path outside is the server's to refuse", outside),
    ("memory: entities are kept between calls", memory),
    (
        "time: a zone is converted; arguments are checked here",
        time,
    ),
    ("git: a status and a log", git),
];

/// Runs every check against the same servers, each call a process of its own.
pub(super) fn run(rig: &Rig<'_>) -> Result<Tally, Failure> {
    let desk = Desk::new(rig)?;
    let mut tally = Tally::default();
    for (what, check) in CHECKS {
        tally += tap::report(what, check(&desk));
    }
    Ok(tally)
}

fn all_connected(desk: &Desk<'_>) -> Result<(), Failure> {
    let (good, output) = desk.run(&["mcp", "status", "--json"])?;
    let connected = output.matches("\"connected\"").count();
    if good && connected == 5 {
        Ok(())
    } else {
        Err(format!("{connected} are connected:\n{output}").into())
    }
}

fn form(desk: &Desk<'_>) -> Result<(), Failure> {
    let mut person = desk.person(&["everything", "trigger-elicitation-request"])?;
    for (question, line) in [
        (CALL, "y"),
        ("[n] decline: ", "y"),
        ("Your full, legal name (text): ", "Ada Lovelace"),
        ("terms and conditions (y or n, may be left empty): ", "y"),
        ("[It was a dark and stormy night.]: ", ""),
        ("Your email address", "not an address"),
        ("Your email address", "ada@example.com"),
        ("Portfolio / personal website", ""),
        ("Your date of birth", "1815-12-10"),
        ("[42]: ", "101"),
        ("[42]: ", "7"),
        ("[3.14]: ", ""),
        ("[Monica]: ", "3"),
        ("[Guitar]: ", "Piano, Drums"),
        ("[Superman]: ", "Wonder Woman"),
        ("[Tuna]: ", ""),
        ("[Cats]: ", "5"),
        ("send these answers", "y"),
    ] {
        person.answers(question, line)?;
    }
    let signs = [
        "expected an e-mail address",
        "expected 100 or less",
        "\"name\": \"Ada Lovelace\"",
        "\"check\": true",
        "\"integer\": 7",
        "\"number\": 3.14",
        "\"untitledSingleSelectEnum\": \"Joey\"",
        "\"titledSingleSelectEnum\": \"hero-3\"",
        "\"fish-1\"",
        "\"legacyTitledEnum\": \"pet-5\"",
    ];
    ends(person, &signs)
}

fn declined_form(desk: &Desk<'_>) -> Result<(), Failure> {
    let mut person = desk.person(&["everything", "trigger-elicitation-request"])?;
    person.answers(CALL, "y")?;
    person.answers("[n] decline: ", "n")?;
    ends(person, &["User declined to provide"])
}

fn pages(desk: &Desk<'_>) -> Result<(), Failure> {
    let arguments = r#"{"url":"https://example.com/form?id=7","errorPath":true}"#;
    let call = ["everything", "trigger-url-elicitation", "--args", arguments];
    let mut person = desk.person(&call)?;
    person.answers(CALL, "y")?;
    person.answers("https://modelcontextprotocol.io/", "")?;
    person.answers("please answer y or m or n: ", "m")?;
    person.answers("https://example.com/form?id=7", "m")?;
    ends(person, &["accept"])
}

fn sampling(desk: &Desk<'_>) -> Result<(), Failure> {
    let arguments = r#"{"prompt":"what is a loom?","maxTokens":50}"#;
    let call = [
        "everything",
        "trigger-sampling-request",
        "--args",
        arguments,
        "--model",
        "here/parrot",
    ];
    let mut person = desk.person(&call)?;
    person.answers(CALL, "y")?;
    person.answers("wants your model to answer, with at most 50 tokens", "")?;
    person.answers("please answer y or n: ", "y")?;
    ends(
        person,
        &["LLM sampling result", "you said: Resource", "here/parrot"],
    )
}

fn no_sampling(desk: &Desk<'_>) -> Result<(), Failure> {
    let arguments = [
        "mcp",
        "call",
        "everything",
        "trigger-sampling-request",
        "--args",
        r#"{"prompt":"x"}"#,
    ];
    let approve = ["--approve", "everything/trigger-sampling-request"];
    let (good, output) = desk.run(&[&arguments[..], &approve].concat())?;
    if good {
        Err(output.into())
    } else {
        holds(&output, &["does not support"])
    }
}

fn progress(desk: &Desk<'_>) -> Result<(), Failure> {
    let tool = "trigger-long-running-operation";
    let signs = [
        "everything: 1 of 4",
        "everything: 4 of 4",
        "Long running operation completed",
    ];
    desk.call(
        "everything",
        tool,
        &json!({ "duration": 2, "steps": 4 }),
        &signs,
    )
}

fn roots(desk: &Desk<'_>) -> Result<(), Failure> {
    let mut person = desk.person(&["everything", "get-roots-list"])?;
    person.answers(CALL, "y")?;
    // It asks when it is connected to, and again for the call where it has not heard yet.
    let signs = [
        "everything wants to know the folders",
        "Current MCP Roots",
        "file:///",
    ];
    ends(person, &signs)
}

fn resources(desk: &Desk<'_>) -> Result<(), Failure> {
    desk.says(
        &["mcp", "resources", "everything"],
        &["demo://resource/static/document/"],
    )?;
    desk.says(
        &["mcp", "read", "@everything:demo://resource/dynamic/text/1"],
        &["Resource 1"],
    )?;
    desk.says(
        &["mcp", "prompts", "everything"],
        &["args-prompt", "city [state]"],
    )?;
    desk.says(
        &[
            "mcp",
            "prompt",
            "/everything:args-prompt",
            "Paris",
            "state=Texas",
        ],
        &["Paris, Texas"],
    )
}

fn files(desk: &Desk<'_>) -> Result<(), Failure> {
    let path = desk.folder.path().join("work/hello.txt");
    let arguments = json!({ "path": path }).to_string();
    let call = ["files", "read_text_file", "--args", &arguments];
    for answer in ["y", "always"] {
        let mut person = desk.person(&call)?;
        person.answers(CALL, answer)?;
        ends(
            person,
            &[
                "Call read_text_file of files",
                "it only reads",
                "hello from a file",
            ],
        )?;
    }
    let unattended = [&["mcp", "call"], &call[..]].concat();
    desk.says(&unattended, &["hello from a file"])?;
    desk.says(&["approvals", "remembered"], &["read_text_file"])?;
    desk.says(&["approvals", "remembered", "--all"], &["1 taken back"])?;
    match desk.run(&unattended)? {
        (false, output) => holds(&output, &["--approve 'files/read_text_file'"]),
        (true, output) => Err(output.into()),
    }
}

fn denied(desk: &Desk<'_>) -> Result<(), Failure> {
    let path = desk.folder.path().join("work/new.txt");
    let arguments = json!({ "path": path, "content": "x" }).to_string();
    let call = ["mcp", "call", "files", "write_file", "--args", &arguments];
    let approve = ["--approve", "files/read_text_file"];
    let (good, output) = desk.run(&[&call[..], &approve].concat())?;
    if good || path.exists() {
        return Err(output.into());
    }
    holds(&output, &["there is no terminal"])
}

fn outside(desk: &Desk<'_>) -> Result<(), Failure> {
    let call = [
        "mcp",
        "call",
        "files",
        "read_text_file",
        "--args",
        r#"{"path":"/etc/hostname"}"#,
    ];
    let (good, output) = desk.run(&[&call[..], &["--approve", "files/read_text_file"]].concat())?;
    if good {
        Err(output.into())
    } else {
        holds(&output, &["Access denied"])
    }
}

fn memory(desk: &Desk<'_>) -> Result<(), Failure> {
    let entity =
        json!({ "name": "Ada", "entityType": "person", "observations": ["wrote a program"] });
    desk.call(
        "memory",
        "create_entities",
        &json!({ "entities": [entity] }),
        &["Ada"],
    )?;
    desk.call(
        "memory",
        "search_nodes",
        &json!({ "query": "program" }),
        &["wrote a program"],
    )
}

fn time(desk: &Desk<'_>) -> Result<(), Failure> {
    let arguments = json!({
        "source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Tokyo",
    });
    desk.call("time", "convert_time", &arguments, &["21:00", "Asia/Tokyo"])?;
    let call = [
        "mcp",
        "call",
        "time",
        "convert_time",
        "--args",
        r#"{"time":5}"#,
    ];
    let (good, output) = desk.run(&[&call[..], &["--approve", "time/convert_time"]].concat())?;
    if good {
        return Err(output.into());
    }
    holds(
        &output,
        &[
            "nothing was sent",
            "/source_timezone",
            "/time: expected a string",
        ],
    )
}

fn git(desk: &Desk<'_>) -> Result<(), Failure> {
    let repository = json!({ "repo_path": desk.folder.path().join("work") });
    desk.call("git", "git_status", &repository, &["main"])?;
    desk.call("git", "git_log", &repository, &["a first commit", "Ada"])
}

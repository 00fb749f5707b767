use super::*;
use crate::event::{Prompt, Server, World};

fn wrong(line: &str) -> String {
    match parse(line) {
        Line::Wrong(text) => text,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn every_command_is_read() {
    let command = |line: &str| match parse(line) {
        Line::Command(command) => command,
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(command("/mcp status"), Command::McpStatus);
    assert_eq!(
        command(" /mcp  connect git "),
        Command::McpConnect("git".into())
    );
    assert_eq!(command("/mcp tools"), Command::McpTools(None));
    assert_eq!(
        command("/mcp tools git"),
        Command::McpTools(Some("git".into()))
    );
    assert_eq!(command("/model"), Command::Model(None));
    assert_eq!(command("/model a/b"), Command::Model(Some("a/b".into())));
    assert_eq!(command("/approvals"), Command::Approvals);
    assert_eq!(command("/sessions"), Command::Sessions);
    assert_eq!(command("/help"), Command::Help);
    assert_eq!(command("/quit"), Command::Quit);
}

#[test]
fn an_unknown_command_is_told_what_was_meant() {
    assert!(wrong("/hlep").contains("/help"));
    assert!(wrong("/session").contains("/sessions"));
    assert!(wrong("/status").contains("/mcp status"));
    assert!(wrong("/mcp statsu").contains("/mcp status"));
    assert!(wrong("/mcp").contains("/mcp tools [NAME]"));
    assert!(wrong("/mcp connect").contains("NAME"));
    assert!(wrong("/xylophone").contains("/help"));
}

#[test]
fn what_is_no_command_goes_to_the_model() {
    for line in [
        "hello",
        "/etc/hosts looks odd",
        "a /help b",
        "/git:review branch=main",
    ] {
        assert_eq!(parse(line), Line::Message(line.into()));
    }
}

fn world() -> World {
    let git = Server {
        name: "git".into(),
        state: "connected".into(),
        tools: vec!["diff".into(), "log".into()],
        resources: vec![("file:///readme".into(), "The readme".into())],
        prompts: vec![Prompt {
            name: "review".into(),
            description: "Review a change".into(),
            arguments: vec!["branch".into(), "style".into()],
        }],
        templates: vec!["file:///{path}".into()],
        completes: true,
    };
    let issues = Server {
        name: "github".into(),
        state: "auth_required".into(),
        ..Server::default()
    };
    World {
        model: "acme/large".into(),
        servers: vec![git, issues],
        models: vec!["acme/large".into(), "acme/small".into()],
    }
}

fn texts(before: &str) -> Vec<String> {
    let choices = choices(before, &world());
    choices.into_iter().map(|choice| choice.text).collect()
}

#[test]
fn commands_servers_tools_prompts_and_resources_are_completed() {
    assert_eq!(texts("/mcp c"), ["/mcp connect "]);
    assert_eq!(texts("/mcp connect g"), ["git", "github"]);
    assert_eq!(texts("/mcp connect l"), ["log"]);
    assert_eq!(texts("/mcp tools gith"), ["github"]);
    assert_eq!(texts("/model acme/s"), ["acme/small"]);
    assert_eq!(texts("/git"), ["/git:review "]);
    assert_eq!(texts("look at @gi"), ["@git:"]);
    assert_eq!(texts("look at @git:f"), ["@git:file:///readme "]);
    assert_eq!(texts("/git:review "), ["branch=", "style="]);
    assert_eq!(texts("/git:review branch=\"a b\" s"), ["style="]);
    assert_eq!(texts("/git:review branch=a b"), Vec::<String>::new());
    assert_eq!(texts("/help"), Vec::<String>::new());
    assert_eq!(texts("mail me@git"), Vec::<String>::new());
    assert!(texts("/").len() > 8);
}

#[test]
fn servers_are_asked_only_where_they_may_know_more() {
    let asks = |before: &str| super::complete::asks(before, &world());
    for known in [
        "/git:review branch=",
        "/git:review branch=a style=\"very s",
        "see @git:file:///r",
    ] {
        assert!(asks(known), "{known}");
    }
    for none in [
        "/git:review ",
        "/git:review other=",
        "/git:gone branch=",
        "/mcp connect x=",
        "see @git:other://",
        "see @git",
        "branch=",
        "",
    ] {
        assert!(!asks(none), "{none}");
    }
    let mut mute = world();
    mute.servers[0].completes = false;
    for text in ["/git:review branch=", "@git:file:///r"] {
        assert!(!super::complete::asks(text, &mute), "{text}");
    }
}

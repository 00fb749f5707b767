use super::*;

/// A session with something of everything.
fn staged(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::new(columns, rows);
    stage.take(Event::World(Box::new(world())));
    stage.user("Which issues are open, and why is the build red?");
    let calls = vec![
        call(
            "1",
            "issues",
            "list_issues",
            &json!({ "state": "open", "labels": ["bug"] }),
        ),
        call("2", "git", "log", &json!({})),
        call("3", "notes", "search", &json!({ "q": "build" })),
    ];
    stage.answer("I look at the tracker and at the **log**.", calls);
    stage.finish(
        "1",
        ToolStatus::Done,
        "#12 The build is red\n#14 Typo",
        1_240,
    );
    stage.finish("2", ToolStatus::Failed, "no repository here", 35);
    stage.finish("3", ToolStatus::Denied, "denied: not my notes", 8_000);
    stage.answer(
        "Two issues are open:\n\n| Issue | Title |\n|--:|:--|\n| 12 | The build is red |\n| 14 | \
         Typo |\n\nThe build fails in `tests/it`, see [the run](https://ci.example/7).",
        vec![],
    );
    stage.end(StopReason::Finished);
    stage
}

#[test]
fn an_empty_chat_says_how_to_begin() {
    let mut stage = Stage::new(60, 20);
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn a_conversation_reads_well_on_a_small_screen() {
    insta::assert_snapshot!(staged(60, 30).screen());
}

#[test]
fn a_conversation_reads_well_on_a_large_screen() {
    insta::assert_snapshot!(staged(200, 50).screen());
}

#[test]
fn calls_are_opened_and_folded() {
    let mut stage = staged(60, 40);
    stage.ctrl('o');
    insta::assert_snapshot!(stage.screen());
    stage.ctrl('o');
    assert!(!stage.screen().contains("labels"));
    for _ in 0..3 {
        stage.key(KeyCode::BackTab);
    }
    stage.key(KeyCode::Enter);
    let screen = stage.screen();
    assert!(
        screen.contains("labels") && !screen.contains("no arguments"),
        "{screen}"
    );
}

#[test]
fn a_click_opens_a_call_and_the_wheel_scrolls() {
    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
    let mut stage = staged(60, 14);
    let screen = stage.screen();
    let row = screen.lines().position(|line| line.contains("list_issues"));
    let mouse = |kind, row| {
        Event::Terminal(Terminal::Mouse(MouseEvent {
            kind,
            column: 4,
            row,
            modifiers: KeyModifiers::NONE,
        }))
    };
    assert_eq!(row, None, "it is above what is seen");
    for _ in 0..3 {
        stage.take(mouse(MouseEventKind::ScrollUp, 3));
    }
    let screen = stage.screen();
    assert!(screen.contains("lines below"), "{screen}");
    let row = screen
        .lines()
        .position(|line| line.contains("list_issues"))
        .unwrap();
    let row = u16::try_from(row).unwrap();
    stage.take(mouse(MouseEventKind::Down(MouseButton::Left), row));
    assert!(stage.screen().contains("state: open"));
}

#[test]
fn an_answer_grows_and_its_calls_run() {
    let mut stage = Stage::new(60, 20);
    stage.take(Event::World(Box::new(world())));
    assert_eq!(stage.enter("hello"), [Effect::Say("hello".into())]);
    stage.user("hello");
    stage.take(Event::Delta("Let me ".into()));
    stage.take(Event::Delta("look at *th".into()));
    assert!(stage.screen().contains("Let me look at *th"));
    stage.answer(
        "Let me look at *this*.",
        vec![call("1", "git", "log", &json!({}))],
    );
    stage.wait(12_300);
    stage.take(Event::Told(Notice::Progress {
        server: "git".into(),
        progress: 3.0,
        total: Some(10.0),
        message: Some("reading".into()),
    }));
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn what_is_looked_at_stays_while_more_comes_in() {
    let mut stage = staged(60, 14);
    stage.screen();
    stage.key(KeyCode::PageUp);
    let before = stage.screen();
    stage.take(Event::Delta("one\n\ntwo\n\nthree".into()));
    let after = stage.screen();
    assert_eq!(
        before.lines().take(5).collect::<Vec<_>>(),
        after.lines().take(5).collect::<Vec<_>>()
    );
    stage.key(KeyCode::PageDown);
    stage.key(KeyCode::PageDown);
    assert!(stage.screen().contains("three"));
}

#[test]
fn esc_stops_the_turn_and_what_waited_comes_back() {
    let mut stage = Stage::new(60, 20);
    stage.enter("go");
    stage.user("go");
    assert_eq!(stage.enter("and then this"), [], "it waits");
    assert!(stage.screen().contains("and then this (waits)"));
    assert_eq!(stage.key(KeyCode::Esc), [Effect::Interrupt]);
    assert_eq!(stage.key(KeyCode::Esc), [], "once is enough");
    assert!(stage.screen().contains("stopping"));
    stage.end(StopReason::Interrupted);
    let screen = stage.screen();
    assert!(
        screen.contains("· interrupted") && screen.contains("› and then this"),
        "{screen}"
    );
    stage.key(KeyCode::Esc);
    assert!(stage.screen().contains("Ask something"));
    assert_eq!(stage.key(KeyCode::Up), []);
    assert!(
        stage.screen().contains("› and then this"),
        "nothing written is lost"
    );
}

#[test]
fn what_waited_is_sent_when_the_turn_ends() {
    let mut stage = Stage::new(60, 20);
    stage.enter("go");
    stage.enter("next");
    stage.entry(Happened::TurnEnded {
        reason: StopReason::Finished,
        usage: Usage::default(),
    });
    assert_eq!(stage.take(Event::Idle), [Effect::Say("next".into())]);
}

#[test]
fn a_retry_takes_back_what_was_begun() {
    let mut stage = Stage::new(80, 20);
    stage.enter("go");
    stage.take(Event::Delta("half an ans".into()));
    stage.take(Event::Discarded);
    let wait = std::time::Duration::from_millis(1_400);
    let reason = "the model is overloaded".into();
    stage.take(Event::Retrying { reason, wait });
    let screen = stage.screen();
    assert!(!screen.contains("half an ans"));
    assert!(
        screen.contains("the model is overloaded; trying again in 2 s"),
        "{screen}"
    );
}

#[test]
fn a_failed_turn_says_why() {
    let mut stage = Stage::new(60, 20);
    stage.user("go");
    stage.end(StopReason::Failed {
        code: "model_key_missing".into(),
        message: "there is no key: set ANTHROPIC_API_KEY".into(),
    });
    assert!(
        stage
            .screen()
            .contains("! there is no key: set ANTHROPIC_API_KEY")
    );
    stage.end(StopReason::Budget {
        which: "rounds".into(),
    });
    assert!(stage.screen().contains("the budget of rounds is used up"));
}

#[test]
fn a_resumed_session_shows_what_was_said() {
    let mut stage = Stage::new(60, 20);
    let entry = |seq, event| Entry {
        seq,
        at: Timestamp::UNIX_EPOCH,
        event,
    };
    let text = format!(
        "hello{}",
        "\n\n<resource server=\"git\" uri=\"file:///a\">\n1\n2\n</resource>"
    );
    let entries = [
        entry(1, Happened::UserMessage { text }),
        entry(
            2,
            Happened::AssistantMessage {
                text: "Hi.".into(),
                calls: vec![],
                usage: Usage::default(),
                cut: false,
                carry: None,
            },
        ),
    ];
    stage.chat.resume(&entries, true);
    insta::assert_snapshot!(stage.screen());
    stage.key(KeyCode::Up);
    assert!(stage.screen().contains("› hello"));
}

#[test]
fn a_table_of_servers_is_readable_at_both_sizes() {
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let reply = || Reply::Table {
        head: row(["SERVER", "STATE", "AUTH", "DETAIL"]),
        rows: vec![
            row(["files", "connected", "-", "14 tools"]),
            row([
                "issues",
                "auth_required",
                "oauth",
                "sign in: /mcp connect issues",
            ]),
            row([
                "notes",
                "auth_failed",
                "api_key",
                "the server answered 401 to the key",
            ]),
            row([
                "old",
                "disconnected",
                "-",
                "connection refused; next try in 12 s",
            ]),
        ],
    };
    let mut stage = Stage::new(60, 20);
    stage.take(Event::Reply(reply()));
    insta::assert_snapshot!(stage.screen());
    stage.resize(100, 14);
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn any_size_can_be_drawn() {
    let mut stage = staged(80, 24);
    stage.write("one two three 日本語");
    for (columns, rows) in [(1, 1), (12, 4), (13, 5), (20, 60), (300, 3), (60, 20)] {
        stage.resize(columns, rows);
        stage.screen();
        stage.ask(9, Question::Decide(approval()));
        stage.screen();
        stage.take(Event::Withdrawn(9));
    }
    assert!(stage.screen().contains("日本語"));
}

#[test]
fn a_plain_definition_is_shown_by_its_server_and_tool() {
    let mut stage = Stage::new(80, 24);
    stage.user("Look.");
    let call = ToolCall {
        id: "1".into(),
        name: "mcp__git__log".into(),
        arguments: json!({}),
    };
    stage.answer("", vec![call]);
    stage.take(Event::World(Box::new(world())));
    let screen = stage.screen();
    assert!(screen.contains("git › log"), "{screen}");
}

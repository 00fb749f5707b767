use super::*;

/// Everything a terminal may act on: clear, title, clipboard, link, colours, backspace, order.
const ATTACK: &str = "A\u{1b}[2J\u{1b}]52;c;cm0=\u{7}\u{1b}]8;;http://x\u{1b}\\\u{9b}31m\u{8}\u{202e}\
                      \u{e0041}\u{1b}[?1049l\rB";

/// Puts the attack into every place that a server or a model fills.
fn attacked(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::new(columns, rows);
    let mut world = world();
    world.model = format!("acme/{ATTACK}");
    world.servers[0].name = format!("git{ATTACK}");
    world.servers[0].prompts[0].description = ATTACK.into();
    world.servers[0].resources[0] = (ATTACK.into(), ATTACK.into());
    stage.take(Event::World(Box::new(world)));
    stage.user(ATTACK);
    stage.take(Event::Delta(format!(
        "# {ATTACK}\n`{ATTACK}`\n\n```{ATTACK}\n{ATTACK}\n```\n"
    )));
    stage.screen();
    stage.answer(
        &format!("[{ATTACK}]({ATTACK})\n\n|{ATTACK}|\n|-|\n|{ATTACK}|"),
        vec![
            call("1", ATTACK, ATTACK, &json!({ ATTACK: ATTACK })),
            call("2", ATTACK, ATTACK, &json!(ATTACK)),
        ],
    );
    stage.finish("1", ToolStatus::Done, ATTACK, 3);
    stage.take(Event::Told(Notice::Progress {
        server: ATTACK.into(),
        progress: 1.0,
        total: None,
        message: Some(ATTACK.into()),
    }));
    stage.take(Event::Told(Notice::Log {
        server: ATTACK.into(),
        level: "error".into(),
        text: ATTACK.into(),
    }));
    stage.take(Event::Told(Notice::Line(ATTACK.into())));
    stage.take(Event::Reply(Reply::Table {
        head: vec![ATTACK.into()],
        rows: vec![vec![ATTACK.into()]],
    }));
    stage.take(Event::Reply(Reply::Problem(ATTACK.into())));
    stage.end(StopReason::Failed {
        code: "x".into(),
        message: ATTACK.into(),
    });
    stage.ctrl('o');
    stage
}

fn assert_harmless(stage: &mut Stage) {
    let screen = stage.screen();
    let bad = |char: char| {
        (char.is_control() && char != '\n')
            || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e0fff}')
    };
    assert!(!screen.contains(bad), "{screen:?}");
    // What is written to the terminal is the cells' symbols: none of them may be more than text.
    for cell in stage.terminal.backend().buffer().content() {
        assert!(!cell.symbol().contains(bad), "{:?}", cell.symbol());
    }
}

#[test]
fn nothing_a_server_or_model_says_reaches_the_terminal_as_a_command() {
    let mut stage = attacked(60, 400);
    assert_harmless(&mut stage);
    assert!(
        stage.screen().contains("␛]52;c;cm0=␇"),
        "it is shown instead"
    );
    stage.take(Event::Retrying {
        reason: ATTACK.into(),
        wait: std::time::Duration::from_secs(1),
    });
    assert_harmless(&mut stage);
    for line in ["/", "/git", "/mcp connect ", "@git", "@git:"] {
        stage.write(line);
        assert_harmless(&mut stage);
        stage.ctrl('u');
    }
    let paste = Terminal::Paste(ATTACK.into());
    stage.take(Event::Terminal(paste));
    assert_harmless(&mut stage);
}

#[test]
fn nothing_in_a_question_does_either() {
    let mut stage = Stage::new(60, 60);
    let mut request = approval();
    request.server = ATTACK.into();
    request.subject = Subject::Tool {
        tool: ATTACK.into(),
        title: Some(ATTACK.into()),
        arguments: ATTACK.into(),
        annotations: vec![ATTACK.into()],
        changed: Some(DefinitionChange {
            before: ATTACK.into(),
            after: format!("{ATTACK}!"),
        }),
    };
    let sampling = Request {
        server: ATTACK.into(),
        subject: Subject::Sampling {
            preview: ATTACK.into(),
            max_tokens: 5,
        },
        can_remember: false,
    };
    let roots = Request {
        server: ATTACK.into(),
        subject: Subject::Roots {
            roots: vec![ATTACK.into()],
        },
        can_remember: false,
    };
    let form = Form {
        server: ATTACK.into(),
        message: ATTACK.into(),
        schema: json!({ "properties": {
            ATTACK: { "type": "string", "title": ATTACK, "description": ATTACK, "default": ATTACK },
            "b": { "enum": [ATTACK] },
            "c": { "oneOf": [{ "const": ATTACK, "title": ATTACK }] },
        } }),
        problems: vec![("b".into(), ATTACK.into())],
        warnings: vec![ATTACK.into()],
    };
    let page = Page {
        server: ATTACK.into(),
        message: ATTACK.into(),
        url: format!("https://x/{ATTACK}"),
    };
    let questions = [
        Question::Decide(request),
        Question::Decide(sampling),
        Question::Decide(roots),
        Question::FillIn(form),
        Question::Visit(page),
    ];
    for (id, question) in (1..).zip(questions) {
        stage.ask(id, question);
        stage.wait(500);
        assert_harmless(&mut stage);
        stage.key(KeyCode::Char('c'));
        assert_harmless(&mut stage);
        stage.key(KeyCode::Esc);
    }
}

#[test]
fn without_colours_nothing_is_coloured() {
    use ratatui::style::Color;
    let mut stage = attacked(80, 60);
    stage.chat.theme = Theme::plain();
    // Another width, so that everything is drawn anew.
    stage.resize(90, 60);
    stage.ask(1, Question::Decide(approval()));
    stage.screen();
    for cell in stage.terminal.backend().buffer().content() {
        assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
    }
}

use super::*;

#[test]
fn several_lines_are_written_three_ways() {
    let mut stage = Stage::new(60, 20);
    stage.write("one");
    stage.ctrl('j');
    stage.write("two");
    stage.key_with(KeyCode::Enter, KeyModifiers::ALT);
    stage.write("three\\");
    stage.key(KeyCode::Enter);
    stage.write("four");
    let screen = stage.screen();
    for line in ["› one", "  two", "  three", "  four"] {
        assert!(screen.contains(line), "{screen}");
    }
    let said = stage.key(KeyCode::Enter);
    assert_eq!(said, [Effect::Say("one\ntwo\nthree\nfour".into())]);
}

#[test]
fn a_paste_is_text_and_sends_nothing() {
    let mut stage = Stage::new(60, 20);
    let paste = Terminal::Paste("a\r\nb\rc".into());
    assert_eq!(stage.take(Event::Terminal(paste)), []);
    assert_eq!(stage.key(KeyCode::Enter), [Effect::Say("a\nb\nc".into())]);
}

#[test]
fn earlier_lines_come_back() {
    let mut stage = Stage::new(60, 20);
    stage.enter("/mcp status");
    stage.enter("/sessions");
    stage.write("draft");
    stage.key(KeyCode::Up);
    stage.key(KeyCode::Up);
    assert!(stage.screen().contains("› /mcp status"));
    stage.key(KeyCode::Down);
    stage.key(KeyCode::Down);
    assert!(stage.screen().contains("› draft"));
}

#[test]
fn commands_are_offered_and_completed() {
    let mut stage = Stage::new(60, 20);
    stage.take(Event::World(Box::new(world())));
    stage.write("/");
    insta::assert_snapshot!(stage.screen());
    stage.write("mc");
    stage.key(KeyCode::Tab);
    assert!(stage.screen().contains("› /mcp"));
    stage.write("conn");
    stage.key(KeyCode::Tab);
    stage.write("no");
    stage.key(KeyCode::Tab);
    let connect = Command::McpConnect("notes".into());
    assert_eq!(stage.key(KeyCode::Enter), [Effect::Run(connect)]);
}

#[test]
fn a_choice_is_walked_to_and_taken() {
    let mut stage = Stage::new(60, 20);
    stage.take(Event::World(Box::new(world())));
    stage.write("/mcp tools ");
    stage.key(KeyCode::Down);
    stage.key(KeyCode::Down);
    stage.key(KeyCode::Enter);
    assert!(stage.screen().contains("› /mcp tools issues"));
    stage.key(KeyCode::Esc);
    assert!(
        stage.screen().contains("Ask something"),
        "no turn runs: the line is cleared"
    );
}

#[test]
fn resources_and_prompts_are_completed() {
    let mut stage = Stage::new(60, 20);
    stage.take(Event::World(Box::new(world())));
    stage.write("see @gi");
    stage.key(KeyCode::Tab);
    stage.key(KeyCode::Tab);
    let said = stage.key(KeyCode::Enter);
    assert_eq!(said, [Effect::Say("see @git:file:///readme".into())]);
    stage.take(Event::Idle);
    stage.write("/git:r");
    stage.key(KeyCode::Tab);
    stage.write("branch=main");
    let said = stage.key(KeyCode::Enter);
    assert_eq!(said, [Effect::Say("/git:review branch=main".into())]);
}

#[test]
fn an_unknown_command_stays_to_be_corrected() {
    let mut stage = Stage::new(60, 20);
    assert_eq!(stage.enter("/hlep"), []);
    let screen = stage.screen();
    assert!(
        screen.contains("did you mean /help?") && screen.contains("› /hlep"),
        "{screen}"
    );
}

#[test]
fn help_shows_commands_and_keys() {
    let mut stage = Stage::new(80, 40);
    stage.enter("/help");
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn ctrl_c_twice_ends_and_once_does_not() {
    let mut stage = Stage::new(60, 20);
    assert_eq!(stage.ctrl('c'), []);
    assert!(stage.screen().contains("Ctrl-C again ends"));
    stage.wait(2_500);
    assert!(!stage.screen().contains("again ends"));
    assert_eq!(stage.ctrl('c'), []);
    assert_eq!(stage.ctrl('c'), [Effect::Quit]);
    assert_eq!(stage.ctrl('d'), [Effect::Quit], "on an empty line");
}

#[test]
fn wide_characters_are_edited_by_columns() {
    let mut stage = Stage::new(20, 10);
    stage.write("日本語日本語日本語日");
    let screen = stage.screen();
    assert!(screen.contains("› 日本語日本語日本\n  語日"), "{screen}");
    let position = stage.terminal.get_cursor_position().unwrap();
    assert_eq!(position.x, 6);
}

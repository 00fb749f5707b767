//! What servers are asked about the line.

use keyway_client::mentions::Suggestion;

use super::*;

const LINE: &str = "/git:review branch=";

fn stage() -> Stage {
    let mut stage = Stage::new(60, 14);
    stage.take(Event::World(Box::new(world())));
    stage
}

/// Servers suggest values for the argument of [`LINE`].
fn suggested<const N: usize>(number: u64, values: [&str; N]) -> Event {
    let one = |value: &str| Suggestion {
        range: 12..LINE.len(),
        text: format!("branch={value}"),
        about: None,
    };
    Event::Suggested(number, Some(values.map(one).into()))
}

fn complete(number: u64, text: &str) -> Vec<Effect> {
    vec![Effect::Complete(number, text.into())]
}

#[test]
fn values_are_asked_for_and_go_on() {
    let mut stage = stage();
    stage.write("/git:review b");
    assert_eq!(stage.key(KeyCode::Tab), complete(1, LINE));
    let screen = stage.screen();
    assert!(screen.contains("asking the server"), "{screen}");
    assert_eq!(stage.key(KeyCode::Tab), [], "it is asked already");

    stage.take(suggested(1, ["main", "maint", "make"]));
    insta::assert_snapshot!(stage.screen());
    assert_eq!(stage.key(KeyCode::Tab), [], "it was asked before");
    // Typing on narrows down what was suggested, without another question.
    stage.write("in");
    stage.key(KeyCode::Down);
    stage.key(KeyCode::Down);
    stage.key(KeyCode::Enter);
    let said = stage.key(KeyCode::Enter);
    assert_eq!(said, [Effect::Say("/git:review branch=maint".into())]);
}

#[test]
fn the_only_value_is_written() {
    let mut stage = stage();
    stage.write(LINE);
    assert_eq!(stage.key(KeyCode::Tab), complete(1, LINE));
    stage.take(suggested(1, ["\"a b\""]));
    let said = stage.key(KeyCode::Enter);
    assert_eq!(said, [Effect::Say(format!("{LINE}\"a b\""))]);
}

#[test]
fn another_line_has_nothing_to_do_with_the_answer() {
    let mut stage = stage();
    stage.write(LINE);
    stage.key(KeyCode::Tab);
    assert_eq!(stage.key(KeyCode::Char('x')), [Effect::Forget]);
    stage.take(suggested(1, ["main"]));
    assert!(stage.screen().contains("branch=x"), "{}", stage.screen());
    assert_eq!(stage.key(KeyCode::Tab), complete(2, "/git:review branch=x"));
    stage.take(suggested(1, ["main"]));
    assert!(!stage.screen().contains("main"), "{}", stage.screen());
    // Sending the line gives the question up as well.
    let sent = stage.key(KeyCode::Enter);
    let say = Effect::Say("/git:review branch=x".into());
    assert_eq!(sent, [say, Effect::Forget]);
}

#[test]
fn a_line_that_came_back_meanwhile_stays_as_it_is() {
    let mut stage = stage();
    stage.enter("hello");
    stage.enter("later");
    assert_eq!(stage.key(KeyCode::Esc), [Effect::Interrupt]);
    stage.write(LINE);
    assert_eq!(stage.key(KeyCode::Tab), complete(1, LINE));
    stage.take(Event::Idle);
    stage.take(suggested(1, ["main"]));
    let screen = stage.screen();
    assert!(screen.contains("› later\n"), "{screen}");
    assert!(!screen.contains("main"), "{screen}");
}

#[test]
fn esc_gives_up_the_question_and_keeps_the_line() {
    let mut stage = stage();
    stage.write(LINE);
    stage.key(KeyCode::Tab);
    assert_eq!(stage.key(KeyCode::Esc), [Effect::Forget]);
    let screen = stage.screen();
    assert!(
        screen.contains(LINE) && !screen.contains("asking"),
        "{screen}"
    );
    stage.key(KeyCode::Esc);
    assert!(!stage.screen().contains(LINE), "the second one clears it");
}

#[test]
fn a_question_to_the_person_goes_first() {
    let mut stage = stage();
    stage.write(LINE);
    stage.key(KeyCode::Tab);
    let question = Question::Decide(approval());
    let effects = stage.take(Event::Asked(Asked { id: 7, question }));
    assert_eq!(effects, [Effect::Forget]);
    stage.take(suggested(1, ["main"]));
    assert!(!stage.screen().contains("branch=main"));
}

#[test]
fn no_answer_and_an_empty_one_are_told() {
    let mut stage = stage();
    stage.write(LINE);
    stage.key(KeyCode::Tab);
    stage.take(Event::Suggested(1, None));
    assert!(stage.screen().contains("did not say in time"));
    stage.key(KeyCode::Tab);
    stage.take(suggested(2, []));
    assert!(stage.screen().contains("suggests nothing here"));
    assert!(stage.screen().contains(LINE));
}

#[test]
fn what_a_terminal_acts_on_is_not_offered() {
    let mut stage = stage();
    stage.write(LINE);
    stage.key(KeyCode::Tab);
    stage.take(suggested(1, ["a\u{1b}[2J", "b\u{202e}", "main"]));
    let said = stage.key(KeyCode::Enter);
    assert_eq!(said, [Effect::Say(format!("{LINE}main"))]);
}

use keyway_core::{Error, Problem};

/// A type of events that endpoints can be told of. Names stay as they are once they are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// Its name, as messages have it.
    pub name: &'static str,
    /// When it happens.
    pub when: &'static str,
}

impl EventType {
    /// Every type that can be subscribed to.
    pub const ALL: [Self; 8] = [
        of("session.started", "a session of an agent began"),
        of("session.answered", "a turn ended with an answer"),
        of("session.failed", "a turn failed, or used up its budget"),
        of("session.stopped", "somebody stopped a turn"),
        of("approval.requested", "a call waits for a person's decision"),
        of("approval.decided", "somebody decided about a call"),
        of(
            "approval.expired",
            "nobody decided, or ran the call, in time",
        ),
        of(
            "approval.voided",
            "what was asked about is not what it was any more",
        ),
    ];

    /// The type of the example that is sent to try an endpoint out; nobody subscribes to it.
    pub const TEST: &'static str = "webhook.test";
}

const fn of(name: &'static str, when: &'static str) -> EventType {
    EventType { name, when }
}

/// The types that are wanted, each once and in the order of [`EventType::ALL`], as they are stored.
pub(super) fn checked(wanted: &[String]) -> Result<String, Error> {
    let names = || EventType::ALL.iter().map(|one| one.name);
    if wanted.is_empty() {
        return Err(Error::invalid_at("/events", "at least one type of events"));
    }
    let problems: Vec<_> = wanted
        .iter()
        .enumerate()
        .filter(|(_, wanted)| !names().any(|name| name == wanted.as_str()))
        .map(|(at, _)| Problem {
            pointer: format!("/events/{at}"),
            expected: format!("one of {}", names().collect::<Vec<_>>().join(", ")),
        })
        .collect();
    if !problems.is_empty() {
        return Err(Error::invalid_input(problems));
    }
    let kept: Vec<_> = names()
        .filter(|name| wanted.iter().any(|one| one == name))
        .collect();
    serde_json::to_string(&kept).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_of_the_list_each_once_and_in_its_order() {
        let wanted = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            checked(&names)
        };
        let some = wanted(&["approval.decided", "session.failed", "approval.decided"]);
        assert_eq!(some.unwrap(), r#"["session.failed","approval.decided"]"#);
        let unknown = wanted(&["session.failed", "session.canary"]).unwrap_err();
        assert_eq!(unknown.problems()[0].pointer, "/events/1");
        assert!(!unknown.problems()[0].expected.contains("canary"));
        assert_eq!(wanted(&[]).unwrap_err().problems()[0].pointer, "/events");
        assert!(wanted(&[EventType::TEST]).is_err());
    }
}

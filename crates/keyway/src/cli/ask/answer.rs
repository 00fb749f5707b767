use keyway_client::Decision;

/// Reads an answer to a question about a call; `None` for one that says nothing.
pub(super) fn decision(line: &str, can_remember: bool) -> Option<Decision> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let reason = Some(rest.trim().to_owned()).filter(|reason| !reason.is_empty());
    match word.to_lowercase().trim_end_matches([',', ':']) {
        "n" | "no" | "deny" => Some(Decision::Deny { reason }),
        // Words after a yes might take it back.
        _ if reason.is_some() => None,
        "y" | "yes" | "once" => Some(Decision::Once),
        "s" | "session" if can_remember => Some(Decision::Session),
        "a" | "always" if can_remember => Some(Decision::Always),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        assert_eq!(decision(" Y ", true), Some(Decision::Once));
        assert_eq!(decision("session", true), Some(Decision::Session));
        assert_eq!(decision("a", true), Some(Decision::Always));
        assert_eq!(decision("a", false), None);
        let reason = Some("not this one".to_owned());
        assert_eq!(
            decision("no, not this one", true),
            Some(Decision::Deny { reason })
        );
        assert_eq!(decision("n", true), Some(Decision::Deny { reason: None }));
        for unclear in ["", "  ", "yes but not now", "q", "yn", "\u{1b}[A"] {
            assert_eq!(decision(unclear, true), None, "{unclear}");
        }
    }
}

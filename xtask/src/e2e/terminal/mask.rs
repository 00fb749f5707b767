//! What differs from run to run is taken out of a screen: times, ports, ids, links.

/// The screen without what changes, its layout as it was.
pub(super) fn mask(screen: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut in_link = false;
    for line in screen.lines() {
        if in_link && !line.trim().is_empty() {
            continue;
        }
        in_link = false;
        if line.trim_start().starts_with("http://") {
            in_link = true;
            lines.push("  http://…".to_owned());
            continue;
        }
        if line.contains("Once upon a") {
            // How far the story came differs.
            lines.push("  Once upon a …".to_owned());
            continue;
        }
        if is_rest_of_link(line.trim()) {
            lines.push("  …".to_owned());
            continue;
        }
        lines.push(status(&ids(&ports(&times(line)))).trim_end().to_owned());
    }
    lines.join("\n")
}

/// A link whose beginning is not seen any more.
fn is_rest_of_link(text: &str) -> bool {
    text.len() > 30 && text.contains('=') && !text.contains(char::is_whitespace)
}

/// `3 s`, `1.2 s`, `340 ms`, `2 min` become `N s`, with blanks where the column goes on.
fn times(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(|char: char| char.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        masked.push_str(before);
        let number: String = from
            .chars()
            .take_while(|char| char.is_ascii_digit() || *char == '.')
            .collect();
        let after = &from[number.len()..];
        let unit = [" ms", " min", " s", " h"]
            .into_iter()
            .find(|unit| after.strip_prefix(unit).is_some_and(ends_word));
        if let Some(unit) = unit {
            rest = &after[unit.len()..];
            masked.push_str("N s");
            let long = number.len() + unit.len();
            if rest.starts_with("  ") && long > 3 {
                masked.push_str(&" ".repeat(long - 3));
            }
        } else {
            masked.push_str(&number);
            rest = after;
        }
    }
    masked.push_str(rest);
    masked
}

fn ends_word(text: &str) -> bool {
    !text.starts_with(char::is_alphanumeric)
}

/// The ports of this machine.
fn ports(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("127.0.0.1:") {
        let (before, from) = rest.split_at(at + "127.0.0.1:".len());
        masked.push_str(before);
        masked.push_str("PORT");
        rest = from.trim_start_matches(|char: char| char.is_ascii_digit());
    }
    masked.push_str(rest);
    masked
}

/// Ids of sessions.
fn ids(line: &str) -> String {
    let Some((before, from)) = line.split_once("sess_") else {
        return line.to_owned();
    };
    let id = |char: char| char.is_ascii_hexdigit() || char == '-';
    format!("{before}sess_ID{}", from.trim_start_matches(id))
}

/// The status line ends at the right edge, wherever its parts do.
fn status(line: &str) -> String {
    if !line.contains(" servers") && !line.starts_with(" openai/") {
        return line.to_owned();
    }
    match line.trim_start().split_once("   ") {
        Some((left, right)) => format!(" {left}   {}", right.trim_start()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn times_ports_ids_and_links_are_masked() {
        assert_eq!(mask("a │ 12 s  │ b"), "a │ N s   │ b");
        assert_eq!(mask("a │ 3 s   │ b"), "a │ N s   │ b");
        assert_eq!(mask("done · 1.2 s"), "done · N s");
        assert_eq!(mask("3 issues, 18 tokens"), "3 issues, 18 tokens");
        assert_eq!(mask("at 127.0.0.1:4711/x"), "at 127.0.0.1:PORT/x");
        assert_eq!(mask("go sess_0198-ab end"), "go sess_ID end");
        assert_eq!(mask("  http://a/b?c\n  d=e\n\nf"), "  http://…\n\nf");
        assert_eq!(
            mask(" m · 1/2 servers      ready"),
            " m · 1/2 servers   ready"
        );
    }
}

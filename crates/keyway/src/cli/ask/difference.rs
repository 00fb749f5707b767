use std::fmt::Write as _;

/// The most lines of a difference that are shown.
const MOST: usize = 80;

/// What differs between two texts, line by line: `-` before, `+` after, with one line around.
pub(super) fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let same_start = old
        .iter()
        .zip(&new)
        .take_while(|(one, other)| one == other)
        .count();
    let rest = old.len().min(new.len()) - same_start;
    let same_end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(one, other)| one == other)
        .count();
    let middle = |lines: &[&str]| -> Vec<String> {
        let end = lines.len() - same_end;
        let lines = lines.get(same_start..end).unwrap_or_default();
        lines.iter().map(|&line| line.to_owned()).collect()
    };
    let mut text = String::new();
    let mut shown = 0;
    for (mark, lines) in [('-', middle(&old)), ('+', middle(&new))] {
        for line in lines {
            shown += 1;
            if shown <= MOST {
                let _ = writeln!(text, "    {mark} {line}");
            }
        }
    }
    if shown > MOST {
        let _ = writeln!(text, "    … ({} more lines)", shown - MOST);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn only_what_differs_is_shown() {
        assert_eq!(
            difference("{\n  a\n  b\n  c\n}", "{\n  a\n  x\n  c\n}"),
            "    -   b\n    +   x\n"
        );
        assert_eq!(difference("a\na", "a"), "    - a\n");
        assert_eq!(difference("same", "same"), "");
        assert_eq!(difference("", "new"), "    + new\n");
        let many = "x\n".repeat(200);
        assert!(difference("", &many).ends_with("    … (120 more lines)\n"));
    }
}

/// What a `…` after a name such as `sess_` stood for, under `sess_…`.
pub(super) type Seen = Vec<(String, String)>;

const ANYTHING: char = '…';

/// Holds what was said against what is shown, line by line. `…` is any text within a line, and a line
/// of its own any number of lines. `None` where something else was said.
pub(super) fn fits(shown: &[String], said: &[String]) -> Option<Seen> {
    let Some((first, rest)) = shown.split_first() else {
        return said.is_empty().then(Seen::new);
    };
    if first.trim() == ANYTHING.to_string() {
        return (0..=said.len()).find_map(|skipped| fits(rest, said.get(skipped..)?));
    }
    let (line, others) = said.split_first()?;
    let mut seen = Seen::new();
    if !line_fits(&spaced(first), &spaced(line), &mut seen) {
        return None;
    }
    seen.extend(fits(rest, others)?);
    Some(seen)
}

/// How many lines of what was said fit, when it has only begun.
pub(super) fn begins(shown: &[String], said: &[String]) -> Option<(usize, Seen)> {
    (0..=said.len()).find_map(|count| Some((count, fits(shown, said.get(..count)?)?)))
}

/// Columns of a table are two spaces apart, however wide they are.
fn spaced(line: &str) -> String {
    let line = line.trim_end();
    let text = line.trim_start();
    let indent = line.strip_suffix(text).unwrap_or_default();
    let cells = text.split("  ").filter(|cell| !cell.is_empty());
    let cells: Vec<_> = cells.map(str::trim_start).collect();
    format!("{indent}{}", cells.join("  "))
}

fn line_fits(shown: &str, said: &str, seen: &mut Seen) -> bool {
    let Some((before, after)) = shown.split_once(ANYTHING) else {
        return shown == said;
    };
    let Some(said) = said.strip_prefix(before) else {
        return false;
    };
    let ends = said.char_indices().map(|(at, _)| at);
    for end in ends.chain([said.len()]) {
        let (stood_for, rest) = said.split_at(end);
        let mut further = Seen::new();
        if line_fits(after, rest, &mut further) {
            let name = before
                .rsplit(|c: char| !c.is_ascii_lowercase() && c != '_')
                .next();
            if let Some(name) = name.filter(|name| name.ends_with('_')) {
                let actual = format!("{name}{stood_for}");
                seen.push((format!("{name}{ANYTHING}"), actual));
            }
            seen.append(&mut further);
            return true;
        }
    }
    false
}

#[test]
fn what_is_shown_is_what_was_said_but_for_what_varies() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let seen = |shown, said| fits(&lines(shown), &lines(said));
    assert_eq!(seen("a\nb", "a\nb"), Some(vec![]));
    assert_eq!(seen("a\nb", "a\nc"), None);
    assert_eq!(seen("a", "a\nb"), None);
    assert_eq!(seen("…\nb", "1\n2\nb"), Some(vec![]));
    assert_eq!(
        seen("ID  KEY\n…  b", "ID      KEY\nx-1     b"),
        Some(vec![])
    );
    assert_eq!(seen("  in", "in"), None);
    assert_eq!(
        seen("made (cred_…) at …", "made (cred_07) at 12:00"),
        Some(vec![("cred_…".into(), "cred_07".into())])
    );
    let (shown, said) = (lines("a\n…\nb"), lines("a\nx\nb\nc"));
    assert_eq!(begins(&shown, &said), Some((3, vec![])));
    assert_eq!(begins(&shown, &lines("a\nx")), None);
}

/// The known word that was most likely meant, where one is near enough.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let letters = |text: &str| text.replace(['_', '-'], "").to_lowercase();
    let given = letters(word);
    let distances = known
        .iter()
        .map(|known| (distance(&given, &letters(known)), *known));
    let (distance, found) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2.min(given.len().saturating_sub(1))).then_some(found)
}

/// What to say to an option that is not known.
pub(crate) fn unknown(path: &syn::Path, known: &[&str]) -> syn::Error {
    let given = path
        .get_ident()
        .map(ToString::to_string)
        .unwrap_or_default();
    let message = match nearest(&given, known) {
        Some(meant) => format!("there is no option `{given}`: did you mean `{meant}`?"),
        None => format!("there is no such option; there are {}", known.join(", ")),
    };
    syn::Error::new_spanned(path, message)
}

/// How many letters have to be put in, taken out or changed (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (down, from) in one.chars().enumerate() {
        let mut before = down;
        let mut left = down + 1;
        let mut next = vec![left];
        for (to, above) in other.iter().zip(row.iter().skip(1)) {
            left = (before + usize::from(from != *to))
                .min(left + 1)
                .min(above + 1);
            before = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_nearly_right_is_known_again() {
        let known = ["read_only", "destructive", "slug"];
        assert_eq!(nearest("readonly", &known), Some("read_only"));
        assert_eq!(nearest("destuctive", &known), Some("destructive"));
        assert_eq!(nearest("audience", &known), None);
        assert_eq!(nearest("mpc", &["mcp", "http", "cli"]), Some("mcp"));
        assert_eq!(nearest("ws", &["mcp", "http", "cli"]), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}

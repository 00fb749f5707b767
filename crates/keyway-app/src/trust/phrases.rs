/// What only a text says that means to be obeyed by a model, in small letters with single spaces.
const PHRASES: [&str; 48] = [
    "ignore previous",
    "ignore all",
    "ignore any",
    "ignore the above",
    "ignore other",
    "disregard",
    "forget previous",
    "forget all",
    "override previous",
    "instead of the user",
    "do not tell",
    "don't tell",
    "never tell",
    "do not mention",
    "don't mention",
    "do not inform",
    "do not reveal",
    "do not ask",
    "without asking",
    "without telling",
    "without informing",
    "without confirmation",
    "hide this",
    "hidden from the user",
    "secretly",
    "silently",
    "system prompt",
    "system message",
    "previous instructions",
    "new instructions",
    "your instructions",
    "you are now",
    "you must",
    "you should always",
    "before using any",
    "before calling any",
    "before any other tool",
    "always call this",
    "call this tool first",
    "must be called first",
    "as an ai",
    "<important",
    "<system",
    "<instructions",
    "[inst]",
    "<|im_start|>",
    "### instruction",
    ".ssh/",
];

/// The phrases a text has that mean to be obeyed by a model.
pub(super) fn found_in(text: &str) -> Vec<&'static str> {
    if text.len() < 6 {
        return Vec::new();
    }
    // What is put between letters to hide a word from a search is not there for a model either.
    let plain: String = text
        .chars()
        .filter(|c| !keyway_core::is_hidden(*c) || c.is_whitespace())
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '\u{2018}' | '\u{2019}' => '\'',
            c => c,
        })
        .collect();
    let mut words = String::with_capacity(plain.len());
    for word in plain.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    let mut found = PHRASES.to_vec();
    found.retain(|phrase| words.contains(phrase));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_for_a_model_is_found_however_it_is_spaced() {
        assert_eq!(
            found_in("Adds. IGNORE\n  previous orders"),
            ["ignore previous"]
        );
        assert_eq!(found_in("Do\u{200b} not t\u{200b}ell"), ["do not tell"]);
        assert_eq!(found_in("don\u{2019}t tell"), ["don't tell"]);
        assert!(found_in("Lists the files of a folder, newest first").is_empty());
    }
}

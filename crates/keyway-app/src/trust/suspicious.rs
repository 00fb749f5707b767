use std::ops::Range;

use keyway_core::is_hidden;

/// The most characters of one text that are told.
const MOST: usize = 20;

/// A character that is not what it seems, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Odd {
    /// As `U+202E`.
    pub code_point: String,
    /// Which character of the text it is, from 0.
    pub position: usize,
    /// What is odd about it.
    pub kind: OddKind,
}

/// What is odd about a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OddKind {
    /// It changes the direction of what stands around.
    Bidirectional,
    /// It is not seen.
    Invisible,
    /// It spells out a text that only machines read.
    Tag,
    /// A terminal would obey it.
    Control,
    /// It looks like a letter of the script that the word is written in, and is of another one.
    Lookalike,
}

/// What is not what it seems in a text. Line breaks and tabs are plain, and so is what joins letters
/// and emoji in the languages that write so.
///
/// ```
/// use keyway_app::trust::{OddKind, suspicious};
///
/// let odd = suspicious("read\u{202e} p\u{430}ypal");
/// assert_eq!((odd[0].code_point.as_str(), odd[0].position), ("U+202E", 4));
/// assert_eq!(odd[1].kind, OddKind::Lookalike);
/// ```
pub fn suspicious(text: &str) -> Vec<Odd> {
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_control()) {
        return Vec::new();
    }
    let characters: Vec<char> = text.chars().collect();
    let mut odd = Vec::new();
    let mut word = 0;
    for (position, &c) in characters.iter().enumerate() {
        let around = || {
            let before = position.checked_sub(1).and_then(|at| characters.get(at));
            (before.copied(), characters.get(position + 1).copied())
        };
        if let Some(kind) = kind(c, around) {
            odd.push((position, c, kind));
        }
        if !c.is_alphanumeric() {
            mixed(&characters, word..position, &mut odd);
            word = position + 1;
        }
    }
    mixed(&characters, word..characters.len(), &mut odd);
    odd.sort_by_key(|(position, ..)| *position);
    let told = odd.into_iter().take(MOST);
    told.map(|(position, c, kind)| Odd {
        code_point: format!("U+{:04X}", u32::from(c)),
        position,
        kind,
    })
    .collect()
}

fn kind(c: char, around: impl Fn() -> (Option<char>, Option<char>)) -> Option<OddKind> {
    match c {
        '\n' | '\t' | '\r' => None,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(OddKind::Bidirectional)
        }
        '\u{e0000}'..='\u{e007f}' => Some(OddKind::Tag),
        // They join what is written with them; between Latin letters they only hide.
        '\u{200c}' | '\u{200d}' => {
            let (before, after) = around();
            let plain = |c: Option<char>| c.is_none_or(|c| c.is_ascii());
            (plain(before) || plain(after)).then_some(OddKind::Invisible)
        }
        // One picks how an emoji is drawn; others, and rows of them, carry hidden bytes.
        '\u{fe00}'..='\u{fe0d}' => Some(OddKind::Invisible),
        '\u{fe0e}' | '\u{fe0f}' => {
            let (before, _) = around();
            before
                .is_none_or(|c| c.is_ascii_alphabetic() || matches!(c, '\u{fe00}'..='\u{fe0f}'))
                .then_some(OddKind::Invisible)
        }
        c if c.is_control() => Some(OddKind::Control),
        c if is_hidden(c) => Some(OddKind::Invisible),
        _ => None,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Cherokee,
    Wide,
}

/// The script of a letter, for those scripts whose letters pass for one another's.
fn script(c: char) -> Option<Script> {
    Some(match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Script::Latin,
        // Those of which Latin has no twin stand in formulas: they pass for nothing.
        'Α' | 'Β' | 'Ε' | 'Ζ' | 'Η' | 'Ι' | 'Κ' | 'Μ' | 'Ν' | 'Ο' | 'Ρ' | 'Τ' | 'Υ' | 'Χ' | 'α'
        | 'γ' | 'ι' | 'κ' | 'ν' | 'ο' | 'ρ' | 'τ' | 'υ' | 'χ' | 'ϲ' | 'ϳ' => {
            Script::Greek
        }
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{531}'..='\u{58a}' => Script::Armenian,
        '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}' => Script::Cherokee,
        '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}' => {
            Script::Wide
        }
        _ => return None,
    })
}

/// Adds the letters of a word that are of another script than most of it.
fn mixed(characters: &[char], word: Range<usize>, odd: &mut Vec<(usize, char, OddKind)>) {
    let start = word.start;
    let letters = characters.get(word).unwrap_or_default();
    if letters.iter().all(char::is_ascii) {
        return;
    }
    let scripts: Vec<_> = letters
        .iter()
        .enumerate()
        .filter_map(|(at, &c)| Some((start + at, c, script(c)?)))
        .collect();
    let count = |of: Script| scripts.iter().filter(|(.., one)| *one == of).count();
    let latin = count(Script::Latin);
    let others = scripts.len() - latin;
    if latin == 0 || others == 0 {
        return;
    }
    let foreign = |one: Script| (one == Script::Latin) == (latin < others);
    let found = scripts.iter().filter(|(.., one)| foreign(*one));
    odd.extend(found.map(|&(at, c, _)| (at, c, OddKind::Lookalike)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(usize, OddKind)> {
        let odd = suspicious(text);
        odd.into_iter()
            .map(|odd| (odd.position, odd.kind))
            .collect()
    }

    #[test]
    fn what_hides_turns_or_passes_for_something_else_is_found() {
        use OddKind::{Bidirectional, Control, Invisible, Lookalike, Tag};
        for (text, found) in [
            (
                "a\u{202e}b\u{2069}",
                vec![(1, Bidirectional), (3, Bidirectional)],
            ),
            ("a\u{200b}b", vec![(1, Invisible)]),
            ("del\u{200d}ete", vec![(3, Invisible)]),
            ("x\u{e0041}", vec![(1, Tag)]),
            ("x\u{1b}[31m", vec![(1, Control)]),
            ("p\u{430}yment", vec![(1, Lookalike)]),
            (
                "\u{440}\u{430}y\u{440}\u{430}l",
                vec![(2, Lookalike), (5, Lookalike)],
            ),
            ("x\u{fe01}\u{fe02}", vec![(1, Invisible), (2, Invisible)]),
        ] {
            assert_eq!(kinds(text), found, "{text:?}");
        }
        let flood = suspicious(&"\u{200b}".repeat(100_000));
        assert_eq!(flood.len(), MOST);
    }

    #[test]
    fn what_people_write_is_plain() {
        for text in [
            "Lists files.\n\tMarkdown *too*.",
            "Grüße, 日本語, مرحبا, привет мир",
            "می\u{200c}خواهم",
            "👩\u{200d}👩\u{200d}👧 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
            "Δx, 10 µs, π-value",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }
}

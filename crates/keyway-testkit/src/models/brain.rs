//! What a server answers.

use super::conversation::Conversation;
use super::script::{Rule, Script, Trouble, Turn};

/// The answer to the nth request, counted from 0.
pub(super) fn answer(script: &Script, nth: usize, conversation: &Conversation) -> Turn {
    if let Some(turn) = script.turns.get(nth) {
        return turn.clone();
    }
    if !script.turns.is_empty() && script.rules.is_empty() {
        return Turn::trouble(Trouble::Status {
            status: 400,
            retry_after: None,
            message: "the script is over".to_owned(),
        });
    }
    if !conversation.results.is_empty() {
        return said(&format!(
            "the tools said: {}",
            conversation.results.join(" | ")
        ));
    }
    let words = conversation.last_words.to_lowercase();
    let fits = |rule: &&Rule| words.contains(&rule.when.to_lowercase());
    match script.rules.iter().find(fits) {
        Some(rule) => rule.then.clone(),
        None => said(&format!("you said: {}", conversation.last_words)),
    }
}

/// A text, streamed word by word.
fn said(text: &str) -> Turn {
    Turn {
        text: text.split_inclusive(' ').map(str::to_owned).collect(),
        ..Turn::default()
    }
}

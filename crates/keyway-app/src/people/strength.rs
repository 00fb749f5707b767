use keyway_core::{Error, Secret};
use zxcvbn::{Score, zxcvbn};

/// The most characters of a password.
const MAX: usize = 256;
/// What an attacker with the hash should not find in reasonable time: about 10^8 guesses.
const ENOUGH: Score = Score::Three;

/// Refuses a password that is too short, too long, common, easily guessed, or made of what is known of
/// its person. Never repeats it.
pub(super) async fn check(
    password: &Secret<String>,
    min: usize,
    personal: &[&str],
) -> Result<(), Error> {
    let length = password.expose().chars().count();
    if length < min || length > MAX {
        return Err(Error::invalid_at(
            "/password",
            format!("{min} to {MAX} characters"),
        ));
    }
    let known: Vec<String> = personal.iter().flat_map(|text| parts(text)).collect();
    let password = password.clone();
    // Estimating a hundred characters takes a while.
    let weak = tokio::task::spawn_blocking(move || {
        let text = password.expose();
        let lower = text.to_lowercase();
        let known: Vec<_> = known.iter().map(String::as_str).collect();
        known.contains(&lower.as_str()) || zxcvbn(text, &known).score() < ENOUGH
    });
    if weak.await.map_err(Error::internal)? {
        return Err(Error::invalid_at(
            "/password",
            "one that is harder to guess: several unrelated words, and neither your name nor your address",
        ));
    }
    Ok(())
}

/// A text and its words, in small letters.
fn parts(text: &str) -> impl Iterator<Item = String> {
    let lower = text.to_lowercase();
    let words: Vec<_> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 2)
        .map(str::to_owned)
        .collect();
    std::iter::once(lower).chain(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn is_good(text: &str) -> bool {
        let known = ["Ada Lovelace", "ada.lovelace@example.com"];
        let error = check(&Secret::new(text.to_owned()), 12, &known).await.err();
        if let Some(error) = &error {
            assert_eq!(error.problems()[0].pointer, "/password");
            let told = error.to_json().to_string();
            assert!(!told.contains(text), "{told}");
        }
        error.is_none()
    }

    #[tokio::test]
    async fn common_short_and_personal_passwords_are_refused() {
        for text in [
            "x7#Kq9!pLm2",
            "password1234",
            "passwordpassword",
            "qwertyuiop123",
            "aaaaaaaaaaaaaaaa",
            "ada.lovelace@example.com",
            "Ada.Lovelace@Example.com",
            "ada lovelace",
            "lovelace2024",
            "123456789012",
            &"Zq!7".repeat(65),
        ] {
            assert!(!is_good(text).await, "{text}");
        }
    }

    #[tokio::test]
    async fn long_unusual_ones_are_taken() {
        for text in [
            "correct horse battery staple",
            "x7#Kq9!pLm2w",
            "größer als jedes Haus",
            "violet-tractor-unmade",
        ] {
            assert!(is_good(text).await, "{text}");
        }
    }
}

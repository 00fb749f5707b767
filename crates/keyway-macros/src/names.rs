//! Names as the outside knows them. The grammars are `keyway_core::names`; here they are only
//! checked soon enough to be told at the line that is wrong.

use proc_macro2::Ident;
use syn::LitStr;
use syn::ext::IdentExt as _;

/// `create_ticket` is `create-ticket`, `AcmeBilling` is `acme-billing`.
pub(crate) fn kebab(name: &Ident) -> String {
    let mut kebab = String::new();
    let mut small = false;
    for character in name.unraw().to_string().trim_matches('_').chars() {
        if character.is_uppercase() {
            if small {
                kebab.push('-');
            }
            kebab.extend(character.to_lowercase());
        } else {
            kebab.push(if character == '_' { '-' } else { character });
        }
        small = character.is_lowercase() || character.is_ascii_digit();
    }
    kebab
}

/// Words of `a-z` and `0-9` with one of the separators between each two, at most 64 characters.
fn words(text: &str, separators: &str) -> bool {
    let word = |word: &str| {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !word.is_empty() && word.bytes().all(fits)
    };
    text.len() <= 64 && text.split(|c| separators.contains(c)).all(word)
}

/// A text that matches as nearly as can be.
fn nearest(text: &str, separators: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || separators.contains(c);
    let replaced = text
        .chars()
        .map(|c| if fits(c) { c.to_ascii_lowercase() } else { '-' });
    let replaced: String = replaced.collect();
    let words = replaced.split('-').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// Refuses what is no slug of an action.
pub(crate) fn check_slug(slug: &LitStr) -> syn::Result<()> {
    check(
        slug,
        "-:",
        "a slug is words of a-z and 0-9 with `-` or `:` between them",
    )
}

/// Refuses what is no key of a credential.
pub(crate) fn check_key(key: &LitStr) -> syn::Result<()> {
    check(
        key,
        "-",
        "a key is words of a-z and 0-9 with `-` between them",
    )
}

fn check(text: &LitStr, separators: &str, rule: &str) -> syn::Result<()> {
    let value = text.value();
    if words(&value, separators) {
        return Ok(());
    }
    let nearest = nearest(&value, separators);
    let message = if words(&nearest, separators) {
        format!("{rule}, at most 64 characters: write \"{nearest}\"")
    } else {
        format!("{rule}, at most 64 characters")
    };
    Err(syn::Error::new(text.span(), message))
}

#[cfg(test)]
mod tests {
    use quote::format_ident;

    use super::*;

    #[test]
    fn names_become_kebab_case() {
        for (name, kebab) in [
            ("create_ticket", "create-ticket"),
            ("Acme", "acme"),
            ("AcmeBilling", "acme-billing"),
            ("HTTPKey", "httpkey"),
            ("Acme2Go", "acme2-go"),
            ("_hidden", "hidden"),
        ] {
            assert_eq!(super::kebab(&format_ident!("{name}")), kebab);
        }
        assert_eq!(
            super::kebab(&syn::parse_str("r#move").unwrap_or_else(|_| format_ident!("move"))),
            "move"
        );
    }

    #[test]
    fn what_is_no_slug_gets_the_nearest_one_that_is() {
        assert_eq!(nearest("Create  Ticket!", "-:"), "create-ticket");
        assert!(words("ticket:create-now", "-:") && !words("ticket:create", "-"));
        assert!(!words("a--b", "-") && !words("", "-") && !words(&"a".repeat(65), "-"));
    }
}

//! Names and values that look like secrets.

/// True when a name says that what it names is a secret: `password`, `apiKey`, `x-auth-token`.
pub(crate) fn looks_secret(name: &str) -> bool {
    let words = words(name);
    words.iter().any(|word| {
        let word = word.strip_suffix('s').unwrap_or(word);
        matches!(
            word,
            "password"
                | "passwd"
                | "pas" // `pass`, its plural taken off
                | "pwd"
                | "passphrase"
                | "passcode"
                | "secret"
                | "token"
                | "key"
                | "apikey"
                | "authorization"
                | "auth"
                | "credential"
                | "cookie"
                | "bearer"
                | "jwt"
                | "otp"
                | "pin"
                | "cvv"
                | "cvc"
                | "ssn"
                | "privatekey"
                | "accesskey"
                | "secretkey"
                | "mnemonic"
        )
    })
}

/// The start of a value that is a secret wherever it stands.
const STARTS: &[&str] = &[
    "Bearer ",
    "bearer ",
    "Basic ",
    "sk-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xapp-",
    "AKIA",
    "ASIA",
    "AIza",
    "eyJ",
    "ya29.",
    "lin_api_",
    "npm_",
    "pypi-",
    "kw_",
    "-----BEGIN",
];

/// True for a value in a form that secrets have.
pub(crate) fn is_secret_value(value: &str) -> bool {
    value.len() >= 16 && STARTS.iter().any(|start| value.starts_with(start))
}

/// The words of a name in lower case: split where case changes and at anything else than letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_lower = false;
    for character in name.chars() {
        let upper = character.is_uppercase();
        if (!character.is_alphabetic() || (upper && before_is_lower))
            && words.last().is_some_and(|word| !word.is_empty())
        {
            words.push(String::new());
        }
        if character.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
        before_is_lower = character.is_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_recognised() {
        for name in [
            "password",
            "PASSWORD",
            "apiKey",
            "api_key",
            "API-KEY",
            "key",
            "x-auth-token",
            "Authorization",
            "clientSecret",
            "accessToken2",
            "refresh_tokens",
            "db_pass",
            "pin",
            "AWS_SECRET_ACCESS_KEY",
            "sshKey",
            "set-cookie",
        ] {
            assert!(looks_secret(name), "{name}");
        }
        for name in [
            "keyboard",
            "monkey",
            "path",
            "keyword",
            "author",
            "opinion",
            "tokenizer",
            "",
        ] {
            assert!(!looks_secret(name), "{name}");
        }
    }

    #[test]
    fn values_of_secrets_are_recognised() {
        assert!(is_secret_value("ghp_0123456789abcdef"));
        assert!(is_secret_value("Bearer 0123456789abcdef"));
        assert!(!is_secret_value("sk-"));
        assert!(!is_secret_value("a sentence about Bearer tokens"));
    }
}

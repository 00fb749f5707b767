use serde_json::json;

use super::{DAY, Key, SECOND, keys};
use crate::config::reader::{Kind, show_duration};
use crate::config::sign_in;

/// How people sign in.
pub(super) const KEYS: &[Key] = keys! {
    "sign_in.session_idle": Kind::Duration(60 * SECOND, 365 * DAY),
        "After how long without a request a web session ends.",
        "",
        |c, v| { c.sign_in.session_idle = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.sign_in.session_idle));
    "sign_in.session_lifetime": Kind::Duration(60 * SECOND, 365 * DAY),
        "After how long a web session ends in any case.",
        "`SESSION_TTL`",
        |c, v| { c.sign_in.session_lifetime = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.sign_in.session_lifetime));
    "sign_in.password_min_length": Kind::Integer(8, 128),
        "The fewest characters of a password. Common and easily guessed ones are refused whatever their length.",
        "",
        |c, v| { c.sign_in.password_min_length = v.usize()?; Ok(()) },
        |c| json!(c.sign_in.password_min_length);
    "sign_in.hash_memory": Kind::Bytes(19 << 20, 1 << 30),
        "Memory that hashing a password takes (argon2id). Passwords hashed at another cost are hashed anew when their people sign in.",
        "",
        |c, v| { c.sign_in.hash_memory = v.usize()?; Ok(()) },
        |c| json!(c.sign_in.hash_memory);
    "sign_in.hash_passes": Kind::Integer(2, 16),
        "How often hashing a password goes over its memory.",
        "",
        |c, v| { c.sign_in.hash_passes = u32::try_from(v.usize()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.sign_in.hash_passes);
    "sign_in.signup": Kind::Text,
        "Who may become a user: `closed` nobody new, `invited` who was invited, `domain:example.com,…` also whose e-mail address of these domains an OpenID provider has verified, `open` anyone.",
        "",
        |c, v| { c.sign_in.signup = sign_in::signup(&v.text()?)?; Ok(()) },
        |c| json!(sign_in::show_signup(&c.sign_in.signup));
    "sign_in.oidc": Kind::Providers,
        "OpenID providers to sign in at: `id`, `name`, `issuer`, `client_id`, `client_secret` (`@env:NAME`, `@file:PATH`), `scopes`, `groups_claim`, `roles` (which groups are `admin` or `member`), `allowed_domains`, `organization`.",
        "",
        |c, v| { c.sign_in.oidc = sign_in::providers(&v.json()?)?; Ok(()) },
        |c| sign_in::show_providers(&c.sign_in.oidc);
};

use keyway_app::oauth::{Documents, Registration};
use serde_json::json;

use super::{DAY, Key, SECOND, keys};
use crate::config::reader::{Kind, show_duration};

const REGISTRATION: &[&str] = &["open", "closed"];
const DOCUMENTS: &[&str] = &["https", "loopback", "off"];

/// The authorization server: who may be a client, and how long what it gives out is valid.
pub(super) const KEYS: &[Key] = keys! {
    "oauth.registration": Kind::Choice(REGISTRATION),
        "Whether OAuth clients may register themselves (RFC 7591). `closed` leaves those an admin made and those known by a metadata document.",
        "",
        |c, v| {
            c.oauth.registration = match v.choice()? {
                "closed" => Registration::Closed,
                _ => Registration::Open,
            };
            Ok(())
        },
        |c| json!(match c.oauth.registration {
            Registration::Open => "open",
            Registration::Closed => "closed",
        });
    "oauth.client_documents": Kind::Choice(DOCUMENTS),
        "Whether an OAuth client may be known by the URL of its metadata document: `https` ones, also http ones on `loopback` (to develop clients; `egress.allow` has to name the address), or `off`.",
        "",
        |c, v| {
            c.oauth.documents = match v.choice()? {
                "loopback" => Documents::Loopback,
                "off" => Documents::Off,
                _ => Documents::Https,
            };
            Ok(())
        },
        |c| json!(match c.oauth.documents {
            Documents::Https => "https",
            Documents::Loopback => "loopback",
            Documents::Off => "off",
        });
    "oauth.access_ttl": Kind::Duration(SECOND, DAY),
        "How long an access token is valid.",
        "`SESSION_TTL` (there a day)",
        |c, v| { c.oauth.access_ttl = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.oauth.access_ttl));
    "oauth.grant_ttl": Kind::Duration(SECOND, 365 * DAY),
        "After how long somebody has to sign in again, however often the client renewed its tokens meanwhile.",
        "`MCP_OAUTH_REFRESH_TTL` (there from the last renewal)",
        |c, v| { c.oauth.grant_ttl = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.oauth.grant_ttl));
    "oauth.code_ttl": Kind::Duration(SECOND, 600 * SECOND),
        "How long an authorization code is valid.",
        "`MCP_OAUTH_CODE_TTL`",
        |c, v| { c.oauth.code_ttl = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.oauth.code_ttl));
    "oauth.device_ttl": Kind::Duration(SECOND, DAY),
        "How long a code that a terminal shows is valid.",
        "",
        |c, v| { c.oauth.device_ttl = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.oauth.device_ttl));
    "oauth.client_ttl": Kind::Duration(SECOND, 3650 * DAY),
        "After how long without a use a client that no admin made is forgotten, with all that was granted to it.",
        "`MCP_OAUTH_CLIENT_TTL` (there from its registration)",
        |c, v| { c.oauth.client_ttl = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.oauth.client_ttl));
    "oauth.refresh_grace": Kind::Duration(0, 600 * SECOND),
        "For how long a client that did not get the answer may present the same refresh token again. After it, that ends everything the grant gave.",
        "",
        |c, v| { c.oauth.refresh_grace = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.oauth.refresh_grace));
};

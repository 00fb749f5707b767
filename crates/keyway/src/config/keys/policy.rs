use std::time::Duration;

use keyway_app::policy::{Approvals, Unannotated};
use serde_json::json;

use super::{DAY, Key, keys};
use crate::config::reader::{Kind, show_duration};

/// Who may do what, and how often.
pub(super) const KEYS: &[Key] = keys! {
    "policy.file": Kind::Path,
        "A file of policies in the Cedar language, or a folder of `.cedar` files. They are added to the built-in ones (`keyway policy show`), and read again when they change.",
        "",
        |c, v| { c.policy.file = Some(v.path()?); Ok(()) },
        |c| json!(c.policy.file);
    "policy.unannotated": Kind::Choice(&["write", "destructive"]),
        "What a tool counts as whose server does not say whether it destroys: `write` (it changes something) or `destructive`.",
        "",
        |c, v| {
            c.policy.unannotated = match v.choice()? {
                "destructive" => Unannotated::Destructive,
                _ => Unannotated::Write,
            };
            Ok(())
        },
        |c| json!(match c.policy.unannotated {
            Unannotated::Write => "write",
            Unannotated::Destructive => "destructive",
        });
    "approvals.default": Kind::Choice(&["on", "off"]),
        "Whether destructive tools need a person's approval when an OAuth client or an agent calls them. `off` leaves what needs an approval to the policies of `policy.file`.",
        "",
        |c, v| {
            c.policy.approvals = match v.choice()? {
                "off" => Approvals::Off,
                _ => Approvals::BuiltIn,
            };
            Ok(())
        },
        |c| json!(match c.policy.approvals {
            Approvals::BuiltIn => "on",
            Approvals::Off => "off",
        });
    "approvals.expiry": Kind::Duration(60_000, 30 * DAY),
        "How long a call waits for a decision, and for being made again after it was approved.",
        "",
        |c, v| { c.approvals.expiry = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.approvals.expiry));
    "approvals.wait": Kind::Duration(0, 600_000),
        "How long a request waits for a decision before it is answered that there is none yet.",
        "",
        |c, v| { c.approvals.wait = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.approvals.wait));
    "approvals.keep": Kind::Duration(DAY, 3_650 * DAY),
        "How long approvals are listed after they were asked for. What was decided stays in the audit log.",
        "",
        |c, v| { c.approvals.keep = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.approvals.keep));
    "approvals.pending": Kind::Integer(1, 100_000),
        "How many calls of one person or service account wait for a decision at once. One more is refused.",
        "",
        |c, v| { c.approvals.pending = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.approvals.pending);
    "rate_limit.principal.limit": Kind::Integer(0, 1_000_000),
        "How many requests one API key, grant or web session may make within the window. 0 is without limit.",
        "`RATE_LIMIT_AUTH_LIMIT`",
        |c, v| { c.rate_limits.principal.limit = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.rate_limits.principal.limit);
    "rate_limit.principal.window": Kind::Duration(1_000, DAY),
        "The window of that limit.",
        "`RATE_LIMIT_WINDOW_MS`",
        |c, v| { c.rate_limits.principal.window = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.rate_limits.principal.window));
    "rate_limit.client.limit": Kind::Integer(0, 1_000_000),
        "How many requests may come through one OAuth client within the window, whoever lets it act. 0 is without limit.",
        "",
        |c, v| { c.rate_limits.client.limit = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.rate_limits.client.limit);
    "rate_limit.client.window": Kind::Duration(1_000, DAY),
        "The window of that limit.",
        "",
        |c, v| { c.rate_limits.client.window = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.rate_limits.client.window));
    "rate_limit.tool.limit": Kind::Integer(0, 1_000_000),
        "How often one tool may be called within the window, by everyone in an organization together. 0 is without limit.",
        "",
        |c, v| { c.rate_limits.tool.limit = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.rate_limits.tool.limit);
    "rate_limit.tool.window": Kind::Duration(1_000, DAY),
        "The window of that limit.",
        "",
        |c, v| { c.rate_limits.tool.window = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.rate_limits.tool.window));
    "rate_limit.address.limit": Kind::Integer(0, 1_000_000),
        "How many requests may come from one address (of IPv6, one /64) within the window, known or not. 0 is without limit; behind a proxy set `trusted_hops` first, or everyone has the proxy's.",
        "`RATE_LIMIT_UNAUTH_LIMIT`",
        |c, v| { c.rate_limits.address.limit = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.rate_limits.address.limit);
    "rate_limit.address.window": Kind::Duration(1_000, DAY),
        "The window of that limit.",
        "",
        |c, v| { c.rate_limits.address.window = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.rate_limits.address.window));
};
/// Limits of the authorization server.
pub(super) const OAUTH_KEYS: &[Key] = keys! {
    "rate_limit.oauth_register.limit": Kind::Integer(0, 1_000_000),
        "How many OAuth clients one address may register within the window. 0 is without limit.",
        "`RATE_LIMIT_OAUTH_REGISTER_LIMIT`",
        |c, v| { c.rate_limits.oauth_register.limit = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.rate_limits.oauth_register.limit);
    "rate_limit.oauth_register.window_ms": Kind::Integer(1_000, DAY),
        "The window of that limit, in milliseconds.",
        "`RATE_LIMIT_OAUTH_REGISTER_WINDOW_MS`",
        |c, v| { c.rate_limits.oauth_register.window = Duration::from_millis(v.integer()?); Ok(()) },
        |c| json!(u64::try_from(c.rate_limits.oauth_register.window.as_millis()).unwrap_or(u64::MAX));
    "rate_limit.sign_in.limit": Kind::Integer(0, 1_000_000),
        "How often one address may try to sign in within the window, and ask the authorization server to authorize, or for a token, about one or to end one. 0 is without limit. Attempts with a password that go wrong are held up besides, whatever this says: after 20 from one address one every 30 seconds, after 10 at one account one a minute.",
        "",
        |c, v| { c.rate_limits.sign_in.limit = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.rate_limits.sign_in.limit);
    "rate_limit.sign_in.window": Kind::Duration(1_000, DAY),
        "The window of that limit.",
        "",
        |c, v| { c.rate_limits.sign_in.window = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.rate_limits.sign_in.window));
};

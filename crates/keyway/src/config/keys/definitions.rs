use serde_json::json;

use super::{Key, keys};
use crate::config::oauth_clients;
use crate::config::reader::Kind;

/// What is defined without code.
pub(super) const KEYS: &[Key] = keys! {
    "definitions": Kind::Path,
        "A folder whose `.yaml`, `.yml` and `.json` files define credentials, apps and actions, those of its folders included. `definitions` beside the configuration file when not given; that one need not be there.",
        "",
        |c, v| { c.definitions.dir = Some(v.path()?); Ok(()) },
        |c| json!(c.definitions.dir);
    "oauth_clients": Kind::Clients,
        "Who the gateway is at the authorization servers of credentials of the kind `oauth2`, by the credential's key: `client_id`, and `client_secret` (`@env:NAME`, `@file:PATH`) for a confidential client. The redirect URI to register is `/connect/<key>/callback` under `public_url`.",
        "",
        |c, v| { c.oauth_clients = oauth_clients::read(&v.json()?)?; Ok(()) },
        |c| oauth_clients::show(&c.oauth_clients);
};

//! The parsers of `keyway-vault`. Every function takes any bytes and must not panic.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyway_vault::random::SystemRandom;
use keyway_vault::{Context, KeyRing, MasterKey, Vault, VerifyingKey};

/// A key that seals nothing anywhere.
const KEY: &[u8] = b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Under which version tokens are sealed.
const VERSION: u8 = 1;

/// What was not sealed here does not open: as it is, and behind the name of the right key.
pub fn sealed(data: &[u8]) {
    let Ok(key) = MasterKey::parse(KEY) else {
        return;
    };
    let id = key.id().to_string();
    let id = u64::from_str_radix(&id, 16).unwrap_or_default();
    let vault = Vault::new(KeyRing::new(key), Arc::new(SystemRandom));
    let named = [&[VERSION][..], &id.to_be_bytes(), data].concat();
    let place = Context {
        organization: "org_1",
        table: "credentials",
        column: "token",
        row: "c1",
    };
    for bytes in [data, &named] {
        let token = URL_SAFE_NO_PAD.encode(bytes);
        assert!(vault.open_token("state", b"", &token).is_err());
        assert!(vault.open(&place, bytes).is_err());
    }
    let text = String::from_utf8_lossy(data);
    assert!(vault.open_token("state", b"", &text).is_err());
}

/// Keys as people hand them in are read again as they are written.
pub fn keys(data: &[u8]) {
    if let Ok(key) = MasterKey::parse(data) {
        let again = MasterKey::parse(key.to_text().expose().as_bytes());
        assert!(again.is_ok_and(|again| again.id() == key.id()));
    }
    if let Ok(key) = String::from_utf8_lossy(data).parse::<VerifyingKey>() {
        let again = format!("{}:{key}", key.key).parse::<VerifyingKey>();
        assert!(again.is_ok_and(|again| again == key));
    }
}

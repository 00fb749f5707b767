use std::fmt::Write as _;
use std::sync::Arc;

use keyway_core::ports::Random;
use keyway_store::{RETIRED_SIGNING_KEYS, Store};
use keyway_vault::{Context, KeyRing, MasterKey, Vault, VerifyingKey};

use super::RotationError;
use crate::audit::PURPOSE;
use crate::setup::SetupError;

/// The place of the public signing keys of master keys that are gone. They are sealed so that nobody
/// who can write the database can add one of their own.
const PLACE: Context<'static> = Context {
    organization: "",
    table: "facts",
    column: "value",
    row: RETIRED_SIGNING_KEYS,
};

/// A ring of these keys, with what is left of keys that are gone. `keys` is not empty.
pub(crate) async fn ring(
    store: &Store,
    random: &Arc<dyn Random>,
    keys: Vec<MasterKey>,
) -> Result<KeyRing, SetupError> {
    let of = |keys: Vec<MasterKey>| {
        KeyRing::of(keys).ok_or_else(|| SetupError::KeyMalformed {
            origin: "the master key".to_owned(),
            source: keyway_vault::BadMasterKey::Empty,
        })
    };
    let Some(sealed) = store.fact(RETIRED_SIGNING_KEYS).await? else {
        return of(keys);
    };
    let vault = Vault::new(of(keys.clone())?, Arc::clone(random));
    // With the wrong key there is a better message to come.
    let Ok(text) = vault.open(&PLACE, &sealed) else {
        tracing::warn!(
            "the public keys of retired master keys do not open; `vault verify` tells why"
        );
        return of(keys);
    };
    let text = String::from_utf8_lossy(text.expose());
    let retired = text.lines().filter_map(read);
    Ok(retired.fold(of(keys)?, |ring, (purpose, key)| {
        ring.with_retired(purpose, key)
    }))
}

/// Keeps the public signing keys of all keys but the current one.
pub(super) async fn keep_public(store: &Store, vault: &Vault) -> Result<(), RotationError> {
    let mut text = String::new();
    for key in vault.verifying_keys(PURPOSE).into_iter().skip(1) {
        let _ = writeln!(text, "{PURPOSE} {}:{key}", key.key);
    }
    let sealed = vault.seal(&PLACE, text.as_bytes())?;
    store.set_fact(RETIRED_SIGNING_KEYS, &sealed).await?;
    Ok(())
}

fn read(line: &str) -> Option<(&str, VerifyingKey)> {
    let (purpose, key) = line.split_once(' ')?;
    Some((purpose, key.parse().ok()?))
}

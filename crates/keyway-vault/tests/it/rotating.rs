use std::sync::Arc;

use keyway_vault::random::SystemRandom;
use keyway_vault::{Context, KeyRing, MasterKey, Vault, VaultError};

use crate::vault_of;

const PLACE: Context<'static> = Context {
    organization: "org_1",
    table: "credentials",
    column: "sealed",
    row: "cred_1",
};

#[test]
fn what_an_older_key_sealed_is_sealed_anew_once() {
    let [old, new] = [(); 2].map(|()| MasterKey::generate(&SystemRandom));
    let before = vault_of(old.clone()).seal(&PLACE, b"hunter2").unwrap();
    let keys = KeyRing::of([new.clone(), old.clone()]).unwrap();
    let vault = Vault::new(keys, Arc::new(SystemRandom));
    assert_eq!(vault.key_ids(), [new.id(), old.id()]);

    let after = vault.reseal(&PLACE, &before).unwrap().unwrap();
    assert_eq!(Vault::key_of(&before).unwrap(), old.id());
    assert_eq!(Vault::key_of(&after).unwrap(), vault.current_key());
    assert_eq!(vault.reseal(&PLACE, &after), Ok(None));
    assert_eq!(
        vault_of(new).open(&PLACE, &after).unwrap().expose(),
        b"hunter2"
    );

    let elsewhere = Context {
        row: "cred_2",
        ..PLACE
    };
    assert_eq!(
        vault.reseal(&elsewhere, &before),
        Err(VaultError::OtherPlace)
    );
    let cut = &before[..before.len() - 1];
    assert_eq!(vault.reseal(&PLACE, cut), Err(VaultError::Truncated));
    let stranger = vault_of(MasterKey::generate(&SystemRandom));
    assert_eq!(
        stranger.reseal(&PLACE, &before),
        Err(VaultError::UnknownKey)
    );

    let check = vault_of(old).key_check().unwrap();
    let check = vault.reseal_key_check(&check).unwrap().unwrap();
    assert_eq!(vault.check_key(&check), Ok(()));
    assert_eq!(vault.reseal_key_check(&check), Ok(None));
}

#[test]
fn every_clone_gets_the_keys_that_come_later() {
    let [old, new] = [(); 2].map(|()| MasterKey::generate(&SystemRandom));
    let vault = vault_of(old.clone());
    let clone = vault.clone();
    let token = clone.seal_token("purpose", b"", b"text").unwrap();
    let signed = clone.sign("purpose", b"text");
    let public = clone.verifying_keys("purpose")[0];

    vault.replace_keys(KeyRing::of([new.clone(), old]).unwrap());
    assert_eq!(clone.current_key(), new.id());
    assert_eq!(clone.open_token("purpose", b"", &token).unwrap(), b"text");

    // Without the old key, its public half still checks what it signed, for its purpose alone.
    vault.replace_keys(KeyRing::new(new).with_retired("purpose", public));
    assert_eq!(
        clone.open_token("purpose", b"", &token),
        Err(VaultError::UnknownKey)
    );
    assert_eq!(
        clone.verify("purpose", b"text", signed.key, &signed.bytes),
        Ok(())
    );
    assert_eq!(clone.verifying_keys("purpose").len(), 2);
    assert_eq!(clone.verifying_keys("other").len(), 1);
    assert!(KeyRing::of([]).is_none());
}

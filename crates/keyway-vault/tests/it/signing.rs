use std::sync::Arc;

use keyway_vault::random::SystemRandom;
use keyway_vault::{KeyRing, MasterKey, Vault, VaultError};

use crate::{vault, vault_of};

#[test]
fn what_was_signed_can_be_checked_by_anyone() {
    let vault = vault();
    let signature = vault.sign("audit", b"hello");
    let check = |purpose, text: &[u8], bytes: &[u8]| {
        vault.verify(purpose, text, signature.key, bytes).err()
    };
    assert_eq!(check("audit", b"hello", &signature.bytes), None);
    assert_eq!(
        check("audit", b"hallo", &signature.bytes),
        Some(VaultError::Tampered)
    );
    assert_eq!(
        check("other", b"hello", &signature.bytes),
        Some(VaultError::Tampered)
    );
    assert_eq!(check("audit", b"hello", b""), Some(VaultError::Tampered));
    for at in 0..signature.bytes.len() {
        let mut changed = signature.bytes;
        changed[at] ^= 1;
        assert_eq!(
            check("audit", b"hello", &changed),
            Some(VaultError::Tampered),
            "{at}"
        );
    }
    let [public] = vault.verifying_keys("audit")[..] else {
        panic!("one key");
    };
    assert_eq!(public.key, signature.key);
    assert_eq!(public.verify("audit", b"hello", &signature.bytes), Ok(()));
    let others = crate::vault().verifying_keys("audit");
    assert!(
        others[0]
            .verify("audit", b"hello", &signature.bytes)
            .is_err()
    );
}

#[test]
fn older_keys_still_check_what_they_signed() {
    let (old, new) = (
        MasterKey::generate(&SystemRandom),
        MasterKey::generate(&SystemRandom),
    );
    let before = vault_of(old.clone()).sign("audit", b"hello");
    let ring = KeyRing::new(new.clone()).with_older(old);
    let both = Vault::new(ring, Arc::new(SystemRandom));
    assert_eq!(
        both.verify("audit", b"hello", before.key, &before.bytes),
        Ok(())
    );
    assert_ne!(both.sign("audit", b"hello").key, before.key);
    assert_eq!(both.verifying_keys("audit").len(), 2);
    let without = vault_of(new).verify("audit", b"hello", before.key, &before.bytes);
    assert_eq!(without, Err(VaultError::UnknownKey));
    assert_eq!(before.key.to_string().parse(), Ok(before.key));
    assert!("+123456789abcdef".parse::<keyway_vault::KeyId>().is_err());
}

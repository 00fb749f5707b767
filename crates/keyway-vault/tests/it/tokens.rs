use keyway_vault::VaultError;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::vault;

proptest! {
    #[test]
    fn what_was_sealed_opens(text in vec(any::<u8>(), 0..300), bound in vec(any::<u8>(), 0..50)) {
        let vault = vault();
        let token = vault.seal_token("state", &bound, &text).unwrap();
        prop_assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        prop_assert_eq!(vault.open_token("state", &bound, &token).unwrap(), text);
    }

    #[test]
    fn noise_never_opens_and_never_panics(noise in "[A-Za-z0-9_-]{0,80}", any in ".*") {
        let vault = vault();
        prop_assert!(vault.open_token("state", b"", &noise).is_err());
        prop_assert!(vault.open_token("state", b"", &any).is_err());
    }
}

#[test]
fn every_changed_character_is_noticed() {
    let vault = vault();
    let token = vault.seal_token("state", b"user_1", b"hello").unwrap();
    for at in 0..token.len() {
        for other in ["A", "B", "-", "_", "=", " "] {
            let mut changed = token.clone();
            changed.replace_range(at..=at, other);
            if changed != token {
                assert!(
                    vault.open_token("state", b"user_1", &changed).is_err(),
                    "{at} {other}"
                );
            }
        }
        assert!(
            vault.open_token("state", b"user_1", &token[..at]).is_err(),
            "{at}"
        );
    }
}

#[test]
fn purpose_binding_and_key_count() {
    let vault = vault();
    let token = vault.seal_token("state", b"user_1", b"hello").unwrap();
    let other = |purpose, bound: &[u8]| vault.open_token(purpose, bound, &token).err();
    assert_eq!(other("cursor", b"user_1"), Some(VaultError::Tampered));
    assert_eq!(other("state", b"user_2"), Some(VaultError::Tampered));
    assert_eq!(other("state", b""), Some(VaultError::Tampered));
    let elsewhere = crate::vault().open_token("state", b"user_1", &token);
    assert_eq!(elsewhere.err(), Some(VaultError::UnknownKey));
}

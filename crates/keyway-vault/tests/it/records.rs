use std::sync::Arc;

use keyway_vault::random::SystemRandom;
use keyway_vault::{Context, KeyRing, MasterKey, Vault, VaultError};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{vault, vault_of};

const PLACE: Context<'static> = Context {
    organization: "org_1",
    table: "credentials",
    column: "token",
    row: "cred_1",
};

proptest! {
    #[test]
    fn what_was_sealed_opens(value in vec(any::<u8>(), 0..300), parts in any::<[String; 4]>()) {
        let vault = vault();
        let [organization, table, column, row] = &parts;
        let place = Context { organization, table, column, row };
        let sealed = vault.seal(&place, &value).unwrap();
        let opened = vault.open(&place, &sealed).unwrap();
        prop_assert_eq!(opened.expose(), &value);
        let shown = format!("{opened:?}");
        prop_assert_eq!(shown, "[secret]");
    }

    #[test]
    fn nothing_opens_anywhere_else(one in any::<[String; 4]>(), other in any::<[String; 4]>()) {
        prop_assume!(one != other);
        let vault = vault();
        let place = |[organization, table, column, row]: &[String; 4]| {
            vault.seal(&Context { organization, table, column, row }, b"value").unwrap()
        };
        let [organization, table, column, row] = &other;
        let result = vault.open(&Context { organization, table, column, row }, &place(&one));
        prop_assert_eq!(result.err(), Some(VaultError::OtherPlace));
    }

    #[test]
    fn noise_never_opens_and_never_panics(noise in vec(any::<u8>(), 0..200), version in 0..3_u8) {
        let vault = vault();
        prop_assert!(vault.open(&PLACE, &noise).is_err());
        let like_a_record = [&[version], noise.as_slice()].concat();
        prop_assert!(vault.open(&PLACE, &like_a_record).is_err());
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let vault = vault();
    let sealed = vault.seal(&PLACE, b"hunter2").unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut damaged = sealed.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(vault.open(&PLACE, &damaged).is_err(), "bit {bit}");
    }
}

#[test]
fn every_cut_is_noticed() {
    let vault = vault();
    let sealed = vault.seal(&PLACE, b"hunter2").unwrap();
    for length in 0..sealed.len() {
        let result = vault.open(&PLACE, &sealed[..length]);
        assert_eq!(result.err(), Some(VaultError::Truncated), "{length}");
    }
    let longer = [sealed.as_slice(), b"x"].concat();
    assert_eq!(
        vault.open(&PLACE, &longer).err(),
        Some(VaultError::Tampered)
    );
}

#[test]
fn every_part_of_the_place_counts() {
    let vault = vault();
    let sealed = vault.seal(&PLACE, b"hunter2").unwrap();
    for elsewhere in [
        Context {
            organization: "org_2",
            ..PLACE
        },
        Context {
            table: "other",
            ..PLACE
        },
        Context {
            column: "other",
            ..PLACE
        },
        Context {
            row: "cred_2",
            ..PLACE
        },
        // The same letters, cut differently.
        Context {
            table: "credentialst",
            column: "oken",
            ..PLACE
        },
    ] {
        let result = vault.open(&elsewhere, &sealed);
        assert_eq!(result.err(), Some(VaultError::OtherPlace), "{elsewhere:?}");
    }
}

#[test]
fn reasons_are_told_apart() {
    let vault = vault();
    let sealed = vault.seal(&PLACE, b"hunter2").unwrap();
    let damaged_at = |at: usize| {
        let mut damaged = sealed.clone();
        damaged[at] ^= 1;
        vault.open(&PLACE, &damaged).err()
    };
    assert_eq!(damaged_at(0), Some(VaultError::UnknownFormat));
    assert_eq!(damaged_at(1), Some(VaultError::UnknownKey));
    assert_eq!(damaged_at(9), Some(VaultError::OtherPlace));
    assert_eq!(damaged_at(21), Some(VaultError::Tampered));
    assert_eq!(damaged_at(sealed.len() - 1), Some(VaultError::Tampered));
    assert_eq!(
        crate::vault().open(&PLACE, &sealed).err(),
        Some(VaultError::UnknownKey)
    );
}

#[test]
fn equal_values_seal_differently() {
    let vault = vault();
    let (one, other) = (
        vault.seal(&PLACE, b"x").unwrap(),
        vault.seal(&PLACE, b"x").unwrap(),
    );
    assert_ne!(one, other);
    // Not even the sealed data keys have a byte run in common.
    assert_ne!(one[33..], other[33..]);
}

#[test]
fn the_value_is_nowhere_in_the_record() {
    let value = b"a value long enough not to come up by chance";
    let sealed = vault().seal(&PLACE, value).unwrap();
    assert!(
        !sealed
            .windows(8)
            .any(|window| value.windows(8).any(|part| part == window))
    );
}

#[test]
fn older_keys_open_and_do_not_seal() {
    let old = MasterKey::generate(&SystemRandom);
    let new = MasterKey::generate(&SystemRandom);
    let sealed = vault_of(old.clone()).seal(&PLACE, b"hunter2").unwrap();
    let ring = KeyRing::new(new.clone()).with_older(old.clone());
    let both = Vault::new(ring, Arc::new(SystemRandom));
    assert_eq!(both.open(&PLACE, &sealed).unwrap().expose(), b"hunter2");
    let again = both.seal(&PLACE, b"hunter2").unwrap();
    assert!(vault_of(new).open(&PLACE, &again).is_ok());
    assert_eq!(
        vault_of(old).open(&PLACE, &again).err(),
        Some(VaultError::UnknownKey)
    );
}

#[test]
fn a_wrong_master_key_is_told_from_an_empty_store() {
    let vault = vault();
    let check = vault.key_check().unwrap();
    assert_eq!(vault.check_key(&check), Ok(()));
    assert_eq!(
        crate::vault().check_key(&check),
        Err(VaultError::UnknownKey)
    );
    assert_eq!(vault.check_key(&check[..9]), Err(VaultError::Truncated));
}

/// A record sealed by the first version, so that no later one forgets how to open it.
#[test]
fn records_of_version_1_open() {
    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const SEALED: &str = include_str!("record.v1.hex");
    let vault = vault_of(MasterKey::parse(KEY.as_bytes()).unwrap());
    let sealed: Vec<u8> = (0..SEALED.trim().len() / 2)
        .map(|at| u8::from_str_radix(&SEALED[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    assert_eq!(vault.open(&PLACE, &sealed).unwrap().expose(), b"hunter2");
}

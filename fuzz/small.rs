//! The fuzz targets, in small, as tests of a crate: over arbitrary bytes, and over good input that was
//! damaged. Good input of a target is in `seeds/`, where `cargo fuzz` begins, too.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

/// A target: its name, and what it does with bytes.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// Targets by the names of their functions.
macro_rules! targets {
    ($($name:ident),+ $(,)?) => { &[$((stringify!($name), targets::$name)),+] };
}
pub(crate) use targets;

/// Every function of the file that has the bodies is a target here, and one of `cargo fuzz`.
pub(crate) fn are_all_known(targets: &[Target], bodies: &str) {
    let known: Vec<_> = targets.iter().map(|(name, _)| *name).collect();
    let functions = bodies.lines().filter_map(|line| {
        let (name, _) = line.strip_prefix("pub fn ")?.split_once('(')?;
        Some(name)
    });
    assert_eq!(functions.collect::<Vec<_>>(), known);
    let manifest = include_str!("Cargo.toml");
    for name in known {
        let binary = format!("[[bin]]\nname = \"{name}\"\npath = \"targets/{name}.rs\"\n");
        assert!(manifest.contains(&binary), "{name}");
    }
}

/// Runs each target over its good input.
pub(crate) fn over_good_input(targets: &[Target]) {
    over_damaged(targets, &[]);
}

/// Runs each target over these bytes.
pub(crate) fn over(targets: &[Target], bytes: &[u8]) {
    for (_, target) in targets {
        target(bytes);
    }
}

/// Runs each target over its good input with this damage.
pub(crate) fn over_damaged(targets: &[Target], damages: &[Damage]) {
    for (name, target) in targets {
        for seed in seeds(name) {
            target(&damaged(seed, damages));
        }
    }
}

/// Bytes that nobody chose.
pub(crate) fn arbitrary() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..200)
}

/// Some damage.
pub(crate) fn damages() -> impl Strategy<Value = Vec<Damage>> {
    prop::collection::vec(damage(), 1..6)
}

/// One change to some bytes.
#[derive(Debug, Clone)]
pub(crate) enum Damage {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Repeat(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    let signs = prop::sample::select(b"#@\\%&=/:.,;\"{}[]()\0\n ".to_vec());
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        (at(), signs).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        at().prop_map(Damage::Cut),
        at().prop_map(Damage::Repeat),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let length = bytes.len().max(1);
        match damage {
            Damage::Replace(at, byte) => {
                if let Some(old) = bytes.get_mut(at.index(length)) {
                    *old = *byte;
                }
            }
            Damage::Insert(at, byte) => bytes.insert(at.index(bytes.len() + 1), *byte),
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Repeat(at) => {
                let tail = bytes.get(at.index(length)..).unwrap_or_default().to_vec();
                bytes.extend(tail);
            }
        }
    }
    bytes
}

#[expect(clippy::expect_used, reason = "tests")]
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    let files = fs::read_dir(folder.join(name)).expect("a target has seeds");
    let files = files.map(|file| file.expect("a folder can be listed").path());
    let seeds: Vec<_> = files
        .map(|file| fs::read(file).expect("a seed can be read"))
        .collect();
    assert!(!seeds.is_empty(), "{name}");
    seeds
}

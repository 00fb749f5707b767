//! What the vault promises, over values, places and damage that nobody chose.

mod fuzz;
mod records;
mod rotating;
mod signing;
mod tokens;

use std::sync::Arc;

use keyway_vault::random::SystemRandom;
use keyway_vault::{KeyRing, MasterKey, Vault};

fn vault_of(key: MasterKey) -> Vault {
    Vault::new(KeyRing::new(key), Arc::new(SystemRandom))
}

fn vault() -> Vault {
    vault_of(MasterKey::generate(&SystemRandom))
}

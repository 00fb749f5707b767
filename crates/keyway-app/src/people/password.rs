use std::sync::Arc;

use keyway_core::ports::Random;

use super::HashCost;

/// Hashes passwords and checks them.
pub(super) struct Passwords {
    #[expect(dead_code, reason = "used by what follows")]
    cost: HashCost,
    #[expect(dead_code, reason = "used by what follows")]
    random: Arc<dyn Random>,
}

impl Passwords {
    pub(super) fn new(cost: HashCost, random: Arc<dyn Random>) -> Self {
        Self { cost, random }
    }
}

use std::time::Duration;

/// What one turn of an agent may use. A turn that has used up its budget ends where it is; the next
/// one has a budget of its own.
///
/// ```
/// use keyway_core::agent::Budget;
///
/// assert_eq!(Budget::default().rounds, 50);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// The most times the model is asked.
    pub rounds: u32,
    /// The most tokens, read and written.
    pub tokens: Option<u64>,
    /// The most time.
    pub time: Option<Duration>,
    /// The most money, in millionths of a US dollar. Needs a known price.
    pub cost_micros: Option<u64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            rounds: 50,
            tokens: None,
            time: None,
            cost_micros: None,
        }
    }
}

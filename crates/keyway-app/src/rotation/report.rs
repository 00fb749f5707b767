use keyway_vault::VaultError;

/// How far a walk over everything that is sealed has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Values looked at.
    pub done: u64,
    /// Values there were when it began.
    pub of: u64,
}

/// A sealed value that does not open where it stands. Nothing is done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The organization; empty where the row belongs to none.
    pub organization: String,
    /// The row.
    pub row: String,
    /// Why it does not open.
    pub fault: VaultError,
}

/// What became of a walk that seals anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Values that were sealed anew.
    pub resealed: u64,
    /// Values that were sealed with the current key before.
    pub before: u64,
    /// Values that do not open.
    pub broken: Vec<Broken>,
}

/// What was found under which keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Values that open, and are sealed with the current key.
    pub current: u64,
    /// Values that open with an older key.
    pub older: u64,
    /// Values that do not open.
    pub broken: Vec<Broken>,
}

impl Checked {
    /// True when older keys open nothing that is here.
    pub fn is_rotated(&self) -> bool {
        self.older == 0
    }

    /// True when everything opens with the current key.
    pub fn is_well(&self) -> bool {
        self.is_rotated() && self.broken.is_empty()
    }
}

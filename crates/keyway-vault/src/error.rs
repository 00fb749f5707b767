/// Why something could not be sealed or opened. No variant holds any part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// It is shorter than it says.
    #[error("the sealed value is cut short")]
    Truncated,
    /// A later version of this program sealed it, or it is no sealed value at all.
    #[error("the sealed value has an unknown format")]
    UnknownFormat,
    /// It was sealed with a master key that is not in the key ring.
    #[error("the sealed value needs a master key that is not there")]
    UnknownKey,
    /// It was sealed for another organization, table, column or row.
    #[error("the sealed value belongs to another place")]
    OtherPlace,
    /// Someone changed it.
    #[error("the sealed value was tampered with")]
    Tampered,
    /// There is more to seal than a sealed value can hold (4 GiB).
    #[error("the value is too large to seal")]
    TooLarge,
}

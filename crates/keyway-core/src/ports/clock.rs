/// The time of day. Rules take it as a parameter, so that a test can choose it.
///
/// ```
/// use keyway_core::ports::Clock;
///
/// struct Epoch;
///
/// impl Clock for Epoch {
///     fn now(&self) -> jiff::Timestamp {
///         jiff::Timestamp::UNIX_EPOCH
///     }
/// }
/// assert_eq!(Epoch.now().as_second(), 0);
/// ```
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> jiff::Timestamp;
}

/// The time of day. Rules take it as a parameter, so that a test can choose it.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> jiff::Timestamp;
}

/// A cryptographically secure source of randomness.
pub trait Random: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

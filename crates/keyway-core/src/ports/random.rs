/// A cryptographically secure source of randomness.
///
/// ```
/// use keyway_core::ports::Random;
///
/// /// For tests only: the same bytes each time.
/// struct Fixed;
///
/// impl Random for Fixed {
///     fn fill(&self, buffer: &mut [u8]) {
///         buffer.fill(7);
///     }
/// }
/// let mut bytes = [0; 4];
/// Fixed.fill(&mut bytes);
/// assert_eq!(bytes, [7; 4]);
/// ```
pub trait Random: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

use std::fmt;

use zeroize::Zeroize;

/// A value that must not leave the process by accident.
///
/// It cannot be printed (`Debug` shows a placeholder), has no `Display`, cannot be serialized, and
/// its memory is cleared when it is dropped.
///
/// ```
/// let key = keyway_core::Secret::new(String::from("sk-live-1234"));
/// assert_eq!(format!("{key:?}"), "[secret]");
/// assert_eq!(key.expose(), "sk-live-1234");
/// ```
#[derive(Clone)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Wraps a value. From here on only [`Secret::expose`] gives it out.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every call is a place to review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
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
///
/// As part of an action's input it is marked as `writeOnly` in the schema, so that pages make a
/// password field of it:
///
/// ```
/// use keyway_core::{Action, Secret};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Unlock { pin: Option<Secret<String>> }
///
/// let unlock = Action::new("unlock", |_, input: Unlock| async move { Ok(input.pin.is_some()) });
/// let pin = &unlock.input_schema()["properties"]["pin"];
/// assert_eq!(pin["writeOnly"], true);
/// assert_eq!(pin["type"], serde_json::json!(["string", "null"]));
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

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}

impl<T: Zeroize + JsonSchema> JsonSchema for Secret<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Secret_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.insert("writeOnly".into(), true.into());
        schema
    }
}

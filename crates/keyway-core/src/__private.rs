//! What the macros of `keyway-macros` write uses. Not for use by hand: it changes without notice.

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub use crate::action::{Action, Context, Expose};
pub use crate::credential::{
    ClientAuth, Credential, CredentialDefinition, CredentialNeed, CredentialScope, OAuth2, Quirks,
};
pub use crate::error::Error;
pub use {schemars, serde};

/// Stands for the type of an argument, to ask whether it is a credential.
#[derive(Debug)]
pub struct Argument<T>(PhantomData<T>);

/// The answer for types that are none. An inherent constant goes before a trait's, so that
/// `Argument::<T>::IS_CREDENTIAL` is false only where there is no inherent one.
pub trait NoCredential {
    /// No.
    const IS_CREDENTIAL: bool = false;
}

impl<T> NoCredential for Argument<T> {}

impl<C: Credential> Argument<C> {
    /// Yes.
    pub const IS_CREDENTIAL: bool = true;
}

/// An argument that is a credential or a member of the input, by `CREDENTIAL`.
pub trait Taken<const CREDENTIAL: bool> {
    /// What the input holds of it.
    type Member;
    /// What the function gets.
    type Value;

    /// The credential it needs, if it is one.
    fn need() -> Option<CredentialNeed>;

    /// The value for a call.
    ///
    /// # Errors
    ///
    /// The credential does not fit its type.
    fn take(context: &Context, member: Self::Member) -> Result<Self::Value, Error>;
}

impl<C: Credential> Taken<true> for Argument<C> {
    type Member = Nothing;
    type Value = C;

    fn need() -> Option<CredentialNeed> {
        Some(CredentialNeed::new(C::definition()))
    }

    fn take(context: &Context, _: Nothing) -> Result<C, Error> {
        context.credential()
    }
}

impl<T> Taken<false> for Argument<T> {
    type Member = T;
    type Value = T;

    fn need() -> Option<CredentialNeed> {
        None
    }

    fn take(_: &Context, member: T) -> Result<T, Error> {
        Ok(member)
    }
}

/// What an input holds of an argument that is no part of it.
#[derive(Debug)]
pub struct Nothing;

impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Absent;
        impl<'de> Visitor<'de> for Absent {
            type Value = Nothing;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("nothing")
            }

            fn visit_none<E>(self) -> Result<Nothing, E> {
                Ok(Nothing)
            }

            fn visit_some<D: Deserializer<'de>>(self, any: D) -> Result<Nothing, D::Error> {
                IgnoredAny::deserialize(any).map(|_| Nothing)
            }
        }
        // What is not there reads as an option that is none.
        deserializer.deserialize_option(Absent)
    }
}

impl JsonSchema for Nothing {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Nothing".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::from(false)
    }
}

/// The action without these members in its input: they are credentials.
pub fn without(action: Action, members: &[(&str, bool)]) -> Action {
    let taken = |name: &str| members.iter().any(|(member, out)| *out && *member == name);
    if !members.iter().any(|(_, out)| *out) {
        return action;
    }
    let mut schema = action.input_schema().clone();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, _| !taken(name));
    }
    let mut none = false;
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !name.as_str().is_some_and(taken));
        none = required.is_empty();
    }
    if let (true, Some(map)) = (none, schema.as_object_mut()) {
        map.shift_remove("required");
    }
    action.input_schema_override(schema)
}

/// What the function of an action may fail with.
#[diagnostic::on_unimplemented(
    message = "an action fails with `keyway::Error`, not with `{Self}`",
    label = "this is not `keyway::Error`",
    note = "write `Result<…, keyway::Error>`; `.map_err(Error::internal)?` makes one of any error, and keeps it from the client",
    note = "`Error::new(Kind::NotFound, \"invoice_not_found\", \"there is no such invoice\")` tells the client"
)]
pub trait Failure {
    /// As the error of an action.
    fn into_error(self) -> Error;
}

impl Failure for Error {
    fn into_error(self) -> Error {
        self
    }
}

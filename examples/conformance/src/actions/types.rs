//! A tool that no suite looks for: every kind of type an input may hold, for real clients to call.

use jiff::civil::{Date, Time};
use keyway_core::action::{Action, Expose};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount, as text so that no digit is lost.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Decimal(#[schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$"))] String);

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Target {
    /// One person.
    User { id: u32 },
    /// A whole team.
    Team { slug: String },
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Everything {
    /// The day.
    date: Date,
    /// The hour.
    #[serde(default = "Time::midnight")]
    time: Time,
    /// The moment.
    moment: Option<jiff::Timestamp>,
    /// The price.
    price: Option<Decimal>,
    /// The raw bytes.
    #[serde(default)]
    bytes: Vec<u8>,
    /// A very large number.
    large: Option<u128>,
    #[serde(flatten)]
    target: Target,
}

pub(super) fn actions() -> Vec<Action> {
    vec![
        Action::new(
            "every-type",
            |_, input: Everything| async move { Ok(input) },
        )
        .mcp_name("every_type")
        .description("Answers what it was given")
        .read_only()
        .expose(Expose::ALL),
    ]
}

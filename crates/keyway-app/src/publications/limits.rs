use keyway_core::{Error, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the turns of a publication may use, beside what the agent's own budget allows. Nothing bounds what
/// is absent; a day is one of UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Limits {
    /// The most tokens of one turn, read and written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tokens_per_turn: Option<u64>,
    /// The most money of one turn, in millionths of a US dollar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost_micros_per_turn: Option<u64>,
    /// The most turns of one session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) turns_per_session: Option<u64>,
    /// The most turns of one day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) turns_per_day: Option<u64>,
    /// The most tokens of one day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tokens_per_day: Option<u64>,
    /// The most money of one day, in millionths of a US dollar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost_micros_per_day: Option<u64>,
}

/// The names of limits.
const NAMES: [&str; 6] = [
    "tokensPerTurn",
    "costMicrosPerTurn",
    "turnsPerSession",
    "turnsPerDay",
    "tokensPerDay",
    "costMicrosPerDay",
];

impl Limits {
    /// Reads what somebody said.
    ///
    /// # Errors
    ///
    /// `invalid_input` with everything that is wrong at its place below `/limits`.
    pub(crate) fn said(said: &Value) -> Result<Self, Error> {
        let Some(fields) = said.as_object() else {
            return Err(Error::invalid_at("/limits", "a JSON object"));
        };
        let mut problems = Vec::new();
        for (name, value) in fields {
            let known = NAMES.contains(&name.as_str());
            let expected = if known {
                let good = value.as_i64().is_some_and(|count| count > 0);
                (!good).then_some("a whole number, at least 1".to_owned())
            } else {
                Some(format!("one of {}", NAMES.join(", ")))
            };
            // A name that is none is not repeated.
            let pointer = if known {
                format!("/limits/{name}")
            } else {
                "/limits".to_owned()
            };
            problems.extend(expected.map(|expected| Problem { pointer, expected }));
        }
        if problems.is_empty() {
            return Self::deserialize(said).map_err(Error::internal);
        }
        Err(Error::invalid_input(problems))
    }

    /// Reads what is stored.
    pub(crate) fn stored(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_are_whole_numbers_from_one_and_each_mistake_is_told_at_its_place() {
        let good = Limits::said(&json!({ "turnsPerDay": 3 })).unwrap();
        assert_eq!(good.turns_per_day, Some(3));
        assert_eq!(Limits::said(&json!({})).unwrap(), Limits::default());
        let wrong = |said| {
            let error = Limits::said(&said).unwrap_err();
            let at = error.problems().iter().map(|one| one.pointer.clone());
            at.collect::<Vec<_>>()
        };
        assert_eq!(wrong(json!([])), ["/limits"]);
        assert_eq!(wrong(json!({ "turnsPerWeek": 3 })), ["/limits"]);
        let two = json!({ "tokensPerDay": 0, "turnsPerDay": "3" });
        assert_eq!(wrong(two), ["/limits/tokensPerDay", "/limits/turnsPerDay"]);
        assert_eq!(
            wrong(json!({ "turnsPerDay": 1.5 })),
            ["/limits/turnsPerDay"]
        );
        assert_eq!(Limits::stored("{\"turnsPerDay\":3}"), good);
    }
}

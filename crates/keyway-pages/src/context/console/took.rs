use serde::Serialize;

/// How long something took: `m.took(took)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Took {
    /// `ms`, `seconds` or `minutes`; its text is `took-{unit}`.
    pub unit: &'static str,
    /// How many, with one digit after the point where it is small.
    pub number: String,
}

impl Took {
    /// Of so many microseconds.
    pub fn micros(micros: u64) -> Self {
        let tenths = |unit: u64| {
            let tenths = micros / (unit / 10);
            match (tenths / 10, tenths % 10) {
                (whole @ ..10, part) if part > 0 => format!("{whole}.{part}"),
                (whole, _) => whole.to_string(),
            }
        };
        let (unit, number) = match micros {
            ..1_000_000 => ("ms", tenths(1_000)),
            1_000_000..60_000_000 => ("seconds", tenths(1_000_000)),
            _ => ("minutes", tenths(60_000_000)),
        };
        Self { unit, number }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_have_a_digit_after_the_point() {
        for (micros, unit, number) in [
            (0, "ms", "0"),
            (450, "ms", "0.4"),
            (1_000, "ms", "1"),
            (9_950, "ms", "9.9"),
            (120_400, "ms", "120"),
            (1_500_000, "seconds", "1.5"),
            (90_000_000, "minutes", "1.5"),
        ] {
            let took = Took::micros(micros);
            assert_eq!(
                (took.unit, took.number.as_str()),
                (unit, number),
                "{micros}"
            );
        }
    }
}

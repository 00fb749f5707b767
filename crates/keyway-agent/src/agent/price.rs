use crate::transcript::Usage;

/// What a model costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// A million tokens read, in millionths of a US dollar.
    pub input_micros: u64,
    /// A million tokens written, in millionths of a US dollar.
    pub output_micros: u64,
}

impl Price {
    /// An amount of US dollars as people write it, such as `0.25`, in millionths; `None` for
    /// anything else, and for more than six decimals.
    pub fn micros(dollars: &str) -> Option<u64> {
        let (whole, part) = dollars.split_once('.').unwrap_or((dollars, ""));
        let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 6 {
            return None;
        }
        let whole: u64 = whole.parse().ok()?;
        let part: u64 = format!("{part:0<6}").parse().ok()?;
        whole.checked_mul(1_000_000)?.checked_add(part)
    }

    /// The price of a usage, in millionths of a US dollar, rounded up. Discounts of the vendor,
    /// such as those for cached tokens, are not taken into account: it is at most this.
    pub fn of(&self, usage: Usage) -> u64 {
        let millionths = u128::from(usage.input_tokens) * u128::from(self.input_micros)
            + u128::from(usage.output_tokens) * u128::from(self.output_micros);
        u64::try_from(millionths.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_in_dollars() {
        let amounts = [
            "0.25",
            "3",
            "3.",
            "0.000001",
            ".5",
            "-1",
            "1e3",
            "0.0000001",
            "",
        ];
        let micros = amounts.map(Price::micros);
        let expected = [250_000, 3_000_000, 3_000_000, 1];
        assert_eq!(micros[..4], expected.map(Some));
        assert_eq!(micros[4..], [None; 5]);
    }

    #[test]
    fn a_price_is_for_a_million_tokens_and_rounded_up() {
        let price = Price {
            input_micros: 3_000_000,
            output_micros: 15_000_000,
        };
        let cost = |input_tokens, output_tokens| {
            price.of(Usage {
                input_tokens,
                output_tokens,
                cost_micros: None,
            })
        };
        assert_eq!(cost(1_000_000, 0), 3_000_000);
        assert_eq!(cost(1000, 100), 4500);
        assert_eq!(cost(0, 0), 0);
        let tiny = Price {
            input_micros: 1,
            output_micros: 1,
        };
        assert_eq!(
            tiny.of(Usage {
                input_tokens: 1,
                ..Usage::default()
            }),
            1
        );
    }
}

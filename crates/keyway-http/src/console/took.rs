/// So many microseconds, as people read them.
pub(super) fn took(micros: u64) -> String {
    let (whole, part, unit) = match micros {
        ..1_000 => return format!("{micros} µs"),
        1_000..1_000_000 => (micros / 1_000, micros / 100 % 10, "ms"),
        1_000_000..120_000_000 => (micros / 1_000_000, micros / 100_000 % 10, "s"),
        _ => return format!("{} min", micros / 60_000_000),
    };
    if whole >= 10 {
        format!("{whole} {unit}")
    } else {
        format!("{whole}.{part} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_unit_that_fits() {
        for (micros, told) in [
            (7, "7 µs"),
            (1_250, "1.2 ms"),
            (99_900, "99 ms"),
            (1_900_000, "1.9 s"),
            (61_000_000, "61 s"),
            (600_000_000, "10 min"),
        ] {
            assert_eq!(took(micros), told);
        }
    }
}

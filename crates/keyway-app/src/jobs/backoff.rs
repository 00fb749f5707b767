use std::time::Duration;

use keyway_core::ports::Random;

use super::JobSettings;

/// How long a job waits after its `attempt`th try, from one: twice as long each time, up to the
/// longest, and of that between half and all, so that what failed together does not come back
/// together.
pub(super) fn wait(settings: &JobSettings, attempt: u32, random: &dyn Random) -> Duration {
    let doublings = attempt.saturating_sub(1).min(30);
    let full = settings
        .retry_first
        .saturating_mul(1 << doublings)
        .min(settings.retry_longest);
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    let share = f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX);
    full.mul_f64(0.5 + share / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn the_wait_doubles_up_to_the_longest_and_half_of_it_is_chance() {
        let settings = JobSettings {
            retry_first: Duration::from_secs(10),
            retry_longest: Duration::from_mins(1),
            ..JobSettings::default()
        };
        let seconds = |byte, attempt| wait(&settings, attempt, &Fixed(byte)).as_secs();
        let most: Vec<_> = (1..=5).map(|attempt| seconds(0xff, attempt)).collect();
        assert_eq!(most, [10, 20, 40, 60, 60]);
        let least: Vec<_> = (1..=5).map(|attempt| seconds(0, attempt)).collect();
        assert_eq!(least, [5, 10, 20, 30, 30]);
        assert_eq!(seconds(0xff, u32::MAX), 60);
    }
}

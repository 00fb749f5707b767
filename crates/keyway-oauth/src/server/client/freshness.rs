use std::time::Duration;

use http::HeaderMap;
use http::header::{AGE, CACHE_CONTROL};

/// How long a document is fresh of which its server says nothing.
const USUAL: Duration = Duration::from_hours(1);
/// The shortest a document is kept: whoever may fetch it again at once could be made to do so by
/// strangers.
const FLOOR: Duration = Duration::from_mins(1);
/// The longest: a client that changes is noticed within a day.
const CEILING: Duration = Duration::from_hours(24);

/// How long a client metadata document is kept that came with these headers: as long as it is
/// fresh (RFC 9111 sections 4.2 and 5.2.2), within a floor of a minute and a ceiling of a day.
pub fn freshness(headers: &HeaderMap) -> Duration {
    let lines = headers.get_all(CACHE_CONTROL).iter();
    let directives: Vec<_> = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase())
        .collect();
    let never = |directive: &String| directive == "no-store" || directive == "no-cache";
    if directives.iter().any(never) {
        return FLOOR;
    }
    let seconds = |name: &str| {
        directives.iter().find_map(|directive| {
            let value = directive.strip_prefix(name)?.strip_prefix('=')?;
            value.trim_matches('"').parse::<u64>().ok()
        })
    };
    let age = headers
        .get(AGE)
        .and_then(|age| age.to_str().ok()?.parse().ok());
    let life = seconds("s-maxage").or_else(|| seconds("max-age"));
    let life = life.map_or(USUAL, |life| {
        Duration::from_secs(life.saturating_sub(age.unwrap_or(0)))
    });
    life.clamp(FLOOR, CEILING)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(pairs: &[(&'static str, &str)]) -> u64 {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        freshness(&headers).as_secs()
    }

    #[test]
    fn a_server_says_how_long_within_a_floor_and_a_ceiling() {
        let hour = 3_600;
        assert_eq!(fresh(&[]), hour);
        assert_eq!(fresh(&[("cache-control", "max-age=600")]), 600);
        assert_eq!(fresh(&[("cache-control", "public, Max-Age=\"600\"")]), 600);
        assert_eq!(
            fresh(&[
                ("cache-control", "max-age=60"),
                ("cache-control", "s-maxage=900")
            ]),
            900
        );
        assert_eq!(
            fresh(&[("cache-control", "max-age=600"), ("age", "500")]),
            100
        );
        assert_eq!(fresh(&[("cache-control", "max-age=5")]), 60);
        assert_eq!(fresh(&[("cache-control", "no-store, max-age=900")]), 60);
        assert_eq!(
            fresh(&[("cache-control", "max-age=99999999999")]),
            24 * hour
        );
        assert_eq!(fresh(&[("cache-control", "max-age=-1")]), hour);
    }
}

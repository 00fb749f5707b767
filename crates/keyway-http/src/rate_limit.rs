//! `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers).

use http::{HeaderMap, HeaderName, HeaderValue};
use keyway_app::limits::Standing;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// Tells how someone stands with a limit: `"principal";q=6000;w=60` and `"principal";r=5999;t=1`.
pub(crate) fn stamp(headers: &mut HeaderMap, standing: &Standing) {
    let name = standing.limit.as_str();
    let (quota, window) = (standing.rate.limit, standing.rate.window.as_secs().max(1));
    let resets = standing.resets_in();
    let seconds = resets.as_secs() + u64::from(resets.subsec_nanos() > 0);
    let policy = format!("\"{name}\";q={quota};w={window}");
    let stands = format!("\"{name}\";r={};t={seconds}", standing.remaining);
    for (header, text) in [(POLICY, policy), (STANDING, stands)] {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(header, value);
        }
    }
}

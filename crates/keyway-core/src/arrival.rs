use std::fmt;
use std::net::IpAddr;

/// How a request arrived: what is known of it besides who asks. It takes no part in deciding
/// whether two principals are the same.
///
/// ```
/// use keyway_core::{Arrival, TraceId};
///
/// let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let arrival = Arrival { trace: TraceId::of_traceparent(header), ..Arrival::default() };
/// assert_eq!(arrival.trace.unwrap().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Arrival {
    /// The address of the client, as far as the proxies in front can be believed.
    pub address: Option<IpAddr>,
    /// The trace the request belongs to (W3C Trace Context).
    pub trace: Option<TraceId>,
}

/// The id of a trace (W3C Trace Context, `trace-id`). Never zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(u128);

impl TraceId {
    /// The trace a `traceparent` names; `None` for what is no `traceparent`. Later versions may
    /// have more behind the four known fields.
    pub fn of_traceparent(text: &str) -> Option<Self> {
        let mut fields = text.trim().split('-');
        let version = hex(fields.next()?, 2)?;
        let trace = hex(fields.next()?, 32)?;
        let parent = hex(fields.next()?, 16)?;
        hex(fields.next()?, 2)?;
        let extra = version == 0 && fields.next().is_some();
        (version != 0xff && trace != 0 && parent != 0 && !extra).then_some(Self(trace))
    }
}

/// So many digits, in small letters as the specification wants them.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let right = text.len() == digits
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    right.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_traceparent_names_a_trace() {
        let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        let of = |text: String| TraceId::of_traceparent(&text).map(|trace| trace.to_string());
        assert_eq!(
            of(format!("00-{trace}-{parent}-01")).as_deref(),
            Some(trace)
        );
        assert_eq!(
            of(format!("cc-{trace}-{parent}-01-more")).as_deref(),
            Some(trace)
        );
        for wrong in [
            String::new(),
            trace.to_owned(),
            format!("ff-{trace}-{parent}-01"),
            format!("00-{trace}-{parent}-01-more"),
            format!("00-{}-{parent}-01", "0".repeat(32)),
            format!("00-{trace}-{}-01", "0".repeat(16)),
            format!("00-{}-{parent}-01", trace.to_uppercase()),
            format!("00-{trace}+-{parent}-01"),
            format!("00-{trace}-{parent}"),
        ] {
            assert_eq!(of(wrong.clone()), None, "{wrong}");
        }
    }
}

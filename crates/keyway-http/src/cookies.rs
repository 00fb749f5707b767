use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use keyway_core::Secret;

/// A cookie of ours.
///
/// On https each is a `__Host-` cookie: only this very host can have set it, and only over https. On
/// plain http, which is for loopback, it has the same name without the prefix and is not `Secure`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The web session.
    Session,
    /// Someone who has not signed in: what the CSRF tokens of their forms are bound to.
    Visit,
    /// A browser somebody has signed in with before.
    Device,
    /// A sign-in that has begun at an identity provider.
    Sso,
    /// Somebody who is at a third party to install a provider.
    Install,
}

/// Over what a browser reaches us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// TLS, as far as the browser is concerned.
    Https,
    /// Plain http, on this machine.
    Loopback,
}

/// How long a cookie is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Until the browser is closed.
    Browser,
    /// So many seconds.
    Seconds(u64),
}

/// The longest value of ours is a sealed text of a sign-in at a provider.
const MAX_VALUE: usize = 3 * 1024;

impl Cookie {
    fn name(self, transport: Transport) -> &'static str {
        match (self, transport) {
            (Self::Session, Transport::Https) => "__Host-keyway_session",
            (Self::Session, Transport::Loopback) => "keyway_session",
            (Self::Visit, Transport::Https) => "__Host-keyway_visit",
            (Self::Visit, Transport::Loopback) => "keyway_visit",
            (Self::Device, Transport::Https) => "__Host-keyway_device",
            (Self::Device, Transport::Loopback) => "keyway_device",
            (Self::Sso, Transport::Https) => "__Host-keyway_sso",
            (Self::Sso, Transport::Loopback) => "keyway_sso",
            (Self::Install, Transport::Https) => "__Host-keyway_install",
            (Self::Install, Transport::Loopback) => "keyway_install",
        }
    }

    /// The value a request brought. A name that comes twice was set by two parties, one of which is
    /// not us: then neither counts.
    pub(crate) fn read(self, headers: &HeaderMap, transport: Transport) -> Option<Secret<String>> {
        let name = self.name(transport);
        let lines = headers.get_all(COOKIE).iter();
        let mut values = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(given, _)| *given == name)
            .map(|(_, value)| value);
        let value = values.next()?;
        let plain = !value.is_empty() && value.len() <= MAX_VALUE && value.bytes().all(is_plain);
        (plain && values.next().is_none()).then(|| Secret::new(value.to_owned()))
    }

    /// The `Set-Cookie` that gives the browser a value.
    pub(crate) fn set(self, value: &Secret<String>, transport: Transport, keep: Keep) -> SetCookie {
        let age = match keep {
            Keep::Browser => String::new(),
            Keep::Seconds(seconds) => format!("; Max-Age={seconds}"),
        };
        self.write(value.expose(), transport, &age)
    }

    /// The `Set-Cookie` that makes the browser forget it.
    pub(crate) fn forget(self, transport: Transport) -> SetCookie {
        self.write("", transport, "; Max-Age=0")
    }

    fn write(self, value: &str, transport: Transport, age: &str) -> SetCookie {
        let name = self.name(transport);
        let secure = match transport {
            Transport::Https => "; Secure",
            Transport::Loopback => "",
        };
        let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
        let mut line =
            HeaderValue::from_str(&line).unwrap_or_else(|_| HeaderValue::from_static(""));
        line.set_sensitive(true);
        SetCookie(line)
    }
}

/// A `Set-Cookie` header's value.
#[derive(Debug, Clone)]
pub(crate) struct SetCookie(pub(crate) HeaderValue);

/// What a value of ours is made of: letters, digits, and what base64 and our own texts need.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str], transport: Transport) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, line.parse().unwrap());
        }
        let value = Cookie::Session.read(&headers, transport);
        value.map(|value| value.expose().clone())
    }

    #[test]
    fn a_session_cookie_has_every_flag() {
        let value = Secret::new("kwb_1".to_owned());
        let SetCookie(line) = Cookie::Session.set(&value, Transport::Https, Keep::Seconds(60));
        assert_eq!(
            line,
            "__Host-keyway_session=kwb_1; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60"
        );
        assert!(line.is_sensitive());
        let SetCookie(line) = Cookie::Session.set(&value, Transport::Loopback, Keep::Browser);
        assert_eq!(line, "keyway_session=kwb_1; Path=/; HttpOnly; SameSite=Lax");
        let SetCookie(line) = Cookie::Session.forget(Transport::Https);
        assert_eq!(
            line,
            "__Host-keyway_session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
        );
    }

    #[test]
    fn only_the_name_of_the_transport_counts_and_only_once() {
        let one = Some("kwb_1".to_owned());
        assert_eq!(
            read(&["a=b; __Host-keyway_session=kwb_1"], Transport::Https),
            one
        );
        assert_eq!(
            read(&["a=b", "keyway_session=kwb_1"], Transport::Loopback),
            one
        );
        assert_eq!(read(&["keyway_session=kwb_1"], Transport::Https), None);
        assert_eq!(
            read(&["__Host-keyway_session=kwb_1"], Transport::Loopback),
            None
        );
        let twice = "keyway_session=kwb_1; keyway_session=kwb_2";
        assert_eq!(read(&[twice], Transport::Loopback), None);
    }

    #[test]
    fn what_cannot_be_ours_is_not_read() {
        for value in ["", "a b", "\"kwb_1\"", "kwb,1", &"x".repeat(MAX_VALUE + 1)] {
            let line = format!("keyway_session={value}");
            assert_eq!(read(&[&line], Transport::Loopback), None, "{value}");
        }
    }
}

use keyway_mcp::upstream::{Http, ServerSpec, Stdio, Transport};

/// True when two specs are alike in everything, their secrets included.
pub(super) fn same(one: &ServerSpec, other: &ServerSpec) -> bool {
    format!("{one:?}") == format!("{other:?}")
        && places(one) == places(other)
        && secrets(one) == secrets(other)
}

/// What the debug form of a spec leaves out because secrets may have been filled into it.
fn places(spec: &ServerSpec) -> Vec<&str> {
    // All fields are named, so that a new one is thought about here.
    match &spec.transport {
        Transport::Stdio(Stdio {
            command,
            args,
            env: _,
            cwd: _,
        }) => std::iter::once(command)
            .chain(args)
            .map(String::as_str)
            .collect(),
        Transport::Http(Http {
            url,
            headers: _,
            kind: _,
            auth: _,
            destination: _,
            hosts: _,
            renewed: _,
        }) => vec![url],
    }
}

/// The secrets, which the debug form hides, in a fixed order.
fn secrets(spec: &ServerSpec) -> Vec<&str> {
    spec.all_secrets()
        .map(|secret| secret.expose().as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use keyway_core::Secret;

    use super::*;

    fn http(url: &str, header: &str) -> ServerSpec {
        let mut http = Http::new(url);
        http.headers.push(("x".into(), Secret::new(header.into())));
        ServerSpec::new("a", Transport::Http(http))
    }

    fn stdio(command: &str, args: &[&str]) -> ServerSpec {
        let stdio = Stdio {
            command: command.into(),
            args: args.iter().map(|&argument| argument.to_owned()).collect(),
            ..Stdio::default()
        };
        ServerSpec::new("a", Transport::Stdio(stdio))
    }

    #[test]
    fn any_difference_makes_another_server() {
        let all = [
            http("https://a.example", "1"),
            http("https://b.example", "1"),
            http("https://a.example", "2"),
            stdio("run", &["a"]),
            stdio("walk", &["a"]),
            stdio("run", &["b"]),
            stdio("run", &["a", ""]),
        ];
        for (at, one) in all.iter().enumerate() {
            for (other_at, other) in all.iter().enumerate() {
                assert_eq!(same(one, other), at == other_at, "{at} {other_at}");
            }
        }
    }
}

use std::time::Duration;

use keyway_client::sign_in::{AtTerminal, CallbackUrl, ListenError, Listening, PATIENCE};
use keyway_oauth::{SignIn as _, SignInError};

use super::visitor::{ANSWER, REQUEST, Steps, status, visit};
use crate::wait::soon;

const PATH: &str = "/auth/mcp/callback";

fn any_port() -> CallbackUrl {
    format!("http://localhost:0{PATH}").parse().unwrap()
}

fn listen() -> (Listening, u16) {
    let listening = any_port().listen().unwrap();
    let port = listening.callback().port();
    (listening, port)
}

/// Visits while the sign-in waits; what the visits gave, and how the sign-in ended.
async fn while_waiting<T>(
    listening: Listening,
    visits: impl Future<Output = T>,
) -> (T, Result<String, SignInError>) {
    let both = futures_util::future::join(visits, listening.answer(REQUEST));
    soon("the end of the sign-in", both).await
}

#[tokio::test]
async fn the_browser_comes_back_over_either_address() {
    for host in ["127.0.0.1", "[::1]"] {
        let (listening, port) = listen();
        let address = format!("{host}:{port}");
        if tokio::net::TcpStream::connect(&address).await.is_err() {
            assert_eq!(host, "[::1]", "only IPv6 may be absent");
            continue;
        }
        let here = format!("localhost:{port}");
        let line = format!("GET {PATH}?{ANSWER}");
        let (page, answer) = while_waiting(listening, visit(&address, &line, &here)).await;
        assert_eq!(status(&page.unwrap()), 200);
        let wanted = format!("http://localhost:{port}{PATH}?{ANSWER}");
        assert_eq!(answer.unwrap(), wanted);
    }
}

#[tokio::test]
async fn the_page_is_calm_and_holds_no_secret() {
    for (query, title) in [
        (ANSWER, "Signed in"),
        (
            "error=access_denied&error_description=canary-text%3Cscript%3E&state=canary-state",
            "Not signed in",
        ),
    ] {
        let (listening, port) = listen();
        let here = format!("127.0.0.1:{port}");
        let line = format!("GET {PATH}?{query}");
        let (page, answer) = while_waiting(listening, visit(&here, &line, &here)).await;
        let page = page.unwrap();
        assert_eq!(status(&page), 200);
        assert!(page.contains(&format!("<h1>{title}</h1>")), "{page}");
        assert!(!page.contains("canary"), "{page}");
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("files &lt;&amp;&gt;"), "{page}");
        let head = page.to_lowercase();
        for header in [
            "cache-control: no-store",
            "content-security-policy: default-src 'none'; style-src 'sha256-",
            "frame-ancestors 'none'",
            "referrer-policy: no-referrer",
            "x-content-type-options: nosniff",
        ] {
            assert!(head.contains(header), "{header} in {page}");
        }
        assert!(answer.unwrap().ends_with(query), "the answer goes on whole");
    }
}

#[tokio::test]
async fn only_the_right_callback_ends_the_wait() {
    let (listening, port) = listen();
    let here = format!("127.0.0.1:{port}");
    let (here, get) = (here.as_str(), |target: &str| format!("GET {target}"));
    let visits = async {
        let with = |query: &str| get(&format!("{PATH}?{query}"));
        for (line, host, wanted) in [
            (with("code=c&state=wrong"), here, 400),
            (with("code=c"), here, 400),
            (with("state=canary-state"), here, 400),
            (with("code=c&state=canary-state&state=wrong"), here, 400),
            (with("code=c&state=CANARY-STATE"), here, 400),
            (with("error=access_denied"), here, 400),
            (with("error=access_denied&state=wrong"), here, 400),
            (get(PATH), here, 400),
            (get("/"), here, 404),
            (get("/favicon.ico"), here, 404),
            (get(&format!("{PATH}/?{ANSWER}")), here, 404),
            (get(&format!("/{PATH}?{ANSWER}")), here, 404),
            (get(&format!("/x/..{PATH}?{ANSWER}")), here, 404),
            (get(&format!("/auth/mcp%2Fcallback?{ANSWER}")), here, 404),
            (get(&format!("/AUTH/mcp/callback?{ANSWER}")), here, 404),
            (get(&format!("{PATH};x?{ANSWER}")), here, 404),
            (format!("POST {PATH}?{ANSWER}"), here, 405),
            (format!("HEAD {PATH}?{ANSWER}"), here, 405),
            (format!("OPTIONS {PATH}?{ANSWER}"), here, 405),
            (with(ANSWER), "evil.example", 421),
            (with(ANSWER), "localhost.evil.example:1456", 421),
            (with(ANSWER), "127.0.0.1.evil.example", 421),
        ] {
            let page = visit(here, &line, host).await.unwrap();
            assert_eq!(status(&page), wanted, "{line} at {host}");
            assert!(!page.contains("canary"), "{page}");
        }
        // What is no HTTP at all, and what never says anything.
        assert!(
            visit(here, "\u{16}\u{3}\u{1}", here)
                .await
                .is_none_or(|page| status(&page) == 400)
        );
        let _silent = tokio::net::TcpStream::connect(here).await.unwrap();
        visit(here, &with(ANSWER), here).await
    };
    let (page, answer) = while_waiting(listening, visits).await;
    assert_eq!(status(&page.unwrap()), 200);
    assert!(answer.unwrap().ends_with(ANSWER));
}

#[tokio::test]
async fn a_replayed_callback_is_not_taken() {
    let (listening, port) = listen();
    let here = format!("127.0.0.1:{port}");
    let first = format!("GET {PATH}?{ANSWER}");
    let second = format!("GET {PATH}?code=canary-other&state=canary-state");
    let visits = async {
        let pages = tokio::join!(visit(&here, &first, &here), visit(&here, &second, &here));
        (pages, visit(&here, &first, &here).await)
    };
    let ((pages, late), answer) = while_waiting(listening, visits).await;
    let statuses = [pages.0, pages.1].map(|page| page.map(|page| status(&page)));
    let taken = statuses.iter().filter(|status| **status == Some(200));
    assert_eq!(taken.count(), 1, "{statuses:?}");
    // The listener has gone, or says that it has its answer.
    assert!(late.is_none_or(|page| status(&page) == 410));
    let answer = answer.unwrap();
    let first_taken = statuses[0] == Some(200);
    assert_eq!(answer.contains("canary-code"), first_taken, "{answer}");
}

#[tokio::test]
async fn a_busy_port_is_named_with_the_setting() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let callback: CallbackUrl = format!("http://localhost:{port}{PATH}").parse().unwrap();
    let error = callback.listen().unwrap_err();
    assert_eq!(error, ListenError::Busy(port));
    let told = error.to_string();
    assert!(told.contains(&port.to_string()), "{told}");
    assert!(told.contains("KEYWAY_CALLBACK_URL"), "{told}");
    let terminal = AtTerminal::new(callback, PATIENCE, Steps::default().tell());
    let told = terminal.sign_in(REQUEST).await.unwrap_err();
    assert!(matches!(told, SignInError::Unavailable(_)), "{told}");
}

#[tokio::test]
async fn two_sign_ins_at_once_do_not_mix() {
    let (listening, port) = listen();
    let here = format!("127.0.0.1:{port}");
    let callback = listening.callback().clone();
    let line = format!("GET {PATH}?{ANSWER}");
    let visits = async {
        assert_eq!(callback.listen().unwrap_err(), ListenError::Busy(port));
        visit(&here, &line, &here).await
    };
    let (page, answer) = while_waiting(listening, visits).await;
    assert_eq!(status(&page.unwrap()), 200);
    assert!(answer.is_ok());
    // The port is free again.
    callback.listen().unwrap();
}

#[tokio::test]
async fn nobody_coming_back_ends_in_a_clear_error() {
    let steps = Steps::default();
    let terminal = AtTerminal::new(any_port(), Duration::from_millis(50), steps.tell());
    terminal.prepare().unwrap();
    let callback: CallbackUrl = terminal.redirect_uri().parse().unwrap();
    assert_ne!(callback.port(), 0, "the port is known before the sign-in");
    assert_eq!(
        callback.listen().unwrap_err(),
        ListenError::Busy(callback.port())
    );
    let waited = soon("the end", terminal.sign_in(REQUEST)).await;
    assert_eq!(waited.unwrap_err(), SignInError::TimedOut);
    callback.listen().unwrap();
    assert_eq!(terminal.redirect_uri(), callback.to_string());
}

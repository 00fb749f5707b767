use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use keyway_client::sign_in::{AtTerminal, Browser, NotOpened, PATIENCE, Step};
use keyway_oauth::SignIn as _;

use super::visitor::{ANSWER, REQUEST, Steps};
use crate::wait::soon;

/// A program that writes down how it was started.
fn script(folder: &Path, name: &str, end: &str) -> String {
    let (path, log) = (folder.join(name), folder.join(format!("{name}.log")));
    let text = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" \"secret: $KEYWAY_SECRET\" > '{log}.new'\nmv '{log}.new' '{log}'\n{end}\n",
        log = log.display()
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

fn browser(preferred: String) -> Browser {
    let environment = BTreeMap::from([(OsString::from("PATH"), OsString::from("/usr/bin:/bin"))]);
    Browser {
        preferred: Some(preferred),
        environment,
    }
}

#[tokio::test]
async fn the_preferred_browser_is_started_with_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let bad = script(folder.path(), "bad", "exit 3");
    let good = script(folder.path(), "good", "exit 0");
    let page = "https://as.example/authorize?a=b%20c&d='$(touch%20x)'";
    browser(format!("/nonexistent:{bad}:{good} --new-tab %s"))
        .open(page)
        .await
        .unwrap();
    let log = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let given = url::Url::parse(page).unwrap();
    assert_eq!(log("bad.log"), format!("{given}\nsecret: \n"));
    assert_eq!(log("good.log"), format!("--new-tab\n{given}\nsecret: \n"));
    let none = browser(format!("/nonexistent:{bad}")).open(page).await;
    assert_eq!(none, Err(NotOpened::NoBrowser));
}

#[tokio::test]
async fn a_browser_that_stays_counts_as_opened() {
    let folder = tempfile::tempdir().unwrap();
    let stays = script(folder.path(), "stays", "exec sleep 60");
    soon(
        "word of the start",
        browser(stays).open("http://127.0.0.1:1/"),
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn only_web_pages_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let never = script(folder.path(), "never", "exit 0");
    for address in [
        "",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "vscode://x/y",
        "/etc/passwd",
        "--help",
        "https://user:canary@as.example/",
        "https://user@as.example/",
    ] {
        let opened = browser(never.clone()).open(address).await;
        assert_eq!(opened, Err(NotOpened::NotAPage), "{address}");
    }
    assert!(!folder.path().join("never.log").exists());
}

/// The browser itself goes to the callback, as a real one would after consent.
#[tokio::test]
async fn a_sign_in_goes_through_the_browser_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let steps = Steps::default();
    let callback = "http://localhost:0/auth/mcp/callback".parse().unwrap();
    let terminal = AtTerminal::new(callback, PATIENCE, steps.tell());
    terminal.prepare().unwrap();
    let back = terminal.redirect_uri();
    let goes =
        format!("exec python3 -c \"import urllib.request as r; r.urlopen('{back}?{ANSWER}')\"");
    let terminal = terminal.with_browser(browser(script(folder.path(), "goes", &goes)));
    let answer = soon("the sign-in", terminal.sign_in(REQUEST)).await;
    assert_eq!(answer.unwrap(), format!("{back}?{ANSWER}"));
    let link = REQUEST.url.to_owned();
    assert_eq!(steps.told(), [Step::Opening { link }, Step::CameBack]);
}

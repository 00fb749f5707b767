use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use keyway_testkit::acme::Acme;

use super::reader::{ROOT, Reader};

const GUIDE: &str = include_str!("../../../../../docs/guides/your-first-action-in-rust.md");
const KEY: &str = "canary-key-of-acme";

/// With the profile of this workspace, most of what is built is there already.
const CONFIG: &str = r#"
net.offline = true
profile.dev.debug = "line-tables-only"
profile.dev.package.argon2.opt-level = 3
profile.dev.package.aws-lc-rs.opt-level = 3
profile.dev.package.blake2.opt-level = 3
"#;

/// Where cargo and rustup keep what is theirs: with the person who runs the tests.
#[expect(
    clippy::disallowed_methods,
    reason = "a reader's own home has no toolchain in it"
)]
fn of_the_toolchain(name: &str, folder: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| format!("{}/{folder}", std::env::var("HOME").unwrap()))
}

/// Builds, tests and runs what the guide says. By itself it takes minutes.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "builds a whole program; `cargo xtask test --long` runs it"]
async fn a_new_project_in_rust_follows_its_guide() {
    let acme = Acme::start(KEY).await;
    let mut reader = Reader::new()
        .with("https://api.acme.example", &acme.url())
        .with("k-1234", KEY)
        .programs(Path::new(env!("CARGO")).parent().unwrap())
        .variable("CARGO_HOME", &of_the_toolchain("CARGO_HOME", ".cargo"))
        .variable("RUSTUP_HOME", &of_the_toolchain("RUSTUP_HOME", ".rustup"))
        .variable("CARGO_TARGET_DIR", &format!("{ROOT}/target"))
        .patience(Duration::from_mins(20));
    symlink(ROOT, reader.home("keyway")).unwrap();
    fs::create_dir(reader.home("work/.cargo")).unwrap();
    fs::write(reader.home("work/.cargo/config.toml"), CONFIG).unwrap();
    let (written, built) = GUIDE.split_once("## Test it\n").unwrap();
    reader.follow(written).await;
    fs::copy(
        format!("{ROOT}/Cargo.lock"),
        reader.home("work/acme/Cargo.lock"),
    )
    .unwrap();
    reader.follow(built).await;
    let titles: Vec<_> = acme.tickets();
    let titles: Vec<_> = titles.iter().map(|ticket| &ticket["title"]).collect();
    assert_eq!(titles, ["Printer", "Lamp"]);
}

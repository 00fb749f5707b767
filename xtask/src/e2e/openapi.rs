//! Public OpenAPI specifications of eight makers: each is imported, and each resulting action is called
//! against a service that holds every request against that specification.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::gateway::{Gateway, Keys};
use super::{Rig, tap};
use crate::Failure;
use crate::process::{self, Running, Show, Stopwatch};
use crate::steps::Tally;

/// One specification of an npm package.
struct Maker {
    app: &'static str,
    file: &'static str,
    /// How many operations it has, in the version that is pinned.
    operations: usize,
    /// How many of them an action cannot say.
    missing: usize,
    /// What the specification does not say of keys.
    auth: Option<&'static str>,
    /// What of it is called in the short run; everything when it is empty.
    short: &'static [&'static str],
}

const MAKERS: &[Maker] = &[
    Maker {
        app: "github",
        file: "@octokit/openapi/generated/api.github.com.json",
        operations: 1223,
        missing: 0,
        auth: Some("bearer"),
        short: &["issues", "search", "gists"],
    },
    Maker {
        app: "gitbook",
        file: "@gitbook/api/spec/openapi.json",
        operations: 377,
        missing: 0,
        auth: None,
        short: &["GET /spaces/**"],
    },
    Maker {
        app: "directus",
        file: "@directus/specs/dist/openapi.json",
        operations: 136,
        missing: 0,
        auth: None,
        short: &["Users", "Items"],
    },
    Maker {
        app: "blockfrost",
        file: "@blockfrost/openapi/openapi.yaml",
        operations: 129,
        missing: 2,
        auth: None,
        short: &["GET /assets/**"],
    },
    Maker {
        app: "rclone",
        file: "rclone-openapi/openapi.json",
        operations: 101,
        missing: 0,
        auth: None,
        short: &["/operations/*"],
    },
    Maker {
        app: "figma",
        file: "@figma/rest-api-spec/openapi/openapi.yaml",
        operations: 54,
        missing: 0,
        auth: None,
        short: &[],
    },
    Maker {
        app: "digdir",
        file: "@digdir/dialogporten-schema/swagger.verified.json",
        operations: 44,
        missing: 0,
        auth: None,
        short: &[],
    },
    Maker {
        app: "ideal-postcodes",
        file: "@ideal-postcodes/openapi/dist/openapi.json",
        operations: 31,
        missing: 0,
        auth: None,
        short: &[],
    },
];

/// Imports all, and calls some of the actions of each.
pub(super) fn run(rig: &Rig<'_>) -> Result<Tally, Failure> {
    proof(rig, Reach::Some)
}

/// Imports all, and calls every action.
pub(super) fn run_all(rig: &Rig<'_>) -> Result<Tally, Failure> {
    proof(rig, Reach::All)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Some,
    All,
}

fn proof(rig: &Rig<'_>, reach: Reach) -> Result<Tally, Failure> {
    let mock = Mock::start(rig)?;
    let whole = tempfile::tempdir()?;
    let gateway_files = tempfile::tempdir()?;
    let definitions = gateway_files.path().join("definitions");
    let mut tally = Tally::default();
    for maker in MAKERS {
        let file = whole.path().join(format!("{}.json", maker.app));
        let what = format!("{} is imported", maker.app);
        tally += tap::report(&what, whole_import(rig, maker, &mock, &file));
        let called = definitions.join(format!("{}.json", maker.app));
        let include = if reach == Reach::All {
            &[]
        } else {
            maker.short
        };
        let chosen = import(rig, maker, &mock, &called, include);
        tally += tap::report(
            &format!("{} is imported to be called", maker.app),
            chosen.map(drop),
        );
    }
    tally += calls(rig, &mock, &definitions)?;
    Ok(tally)
}

/// Imports everything and compares the counts; prints how long it took and what was not mapped.
fn whole_import(rig: &Rig<'_>, maker: &Maker, mock: &Mock, file: &Path) -> Result<(), Failure> {
    let watch = Stopwatch::start();
    let told = import(rig, maker, mock, file, &[])?;
    let seconds = watch.elapsed().as_secs_f64();
    let count = |key: &str| told.get(key).and_then(serde_json::Value::as_u64);
    let report = told.get("report").and_then(serde_json::Value::as_array);
    let of = |effect: &str| {
        let all = report.into_iter().flatten();
        all.filter(|one| one.get("effect").is_some_and(|is| is == effect))
            .count()
    };
    let operations = count("operations").unwrap_or_default();
    let actions = count("actions").unwrap_or_default();
    println!(
        "# {}: {operations} operations, {actions} actions; unmapped {}, loosened {}, noted {}; {seconds:.2} s, \
         {:.2} s for 500 operations",
        maker.app,
        of("missing"),
        of("loosened"),
        of("noted"),
        seconds * 500.0 / f64::from(u32::try_from(maker.operations.max(1))?),
    );
    let expected = (maker.operations, maker.operations - maker.missing);
    let found = (usize::try_from(operations)?, usize::try_from(actions)?);
    if found == expected {
        return Ok(());
    }
    Err(format!("expected {expected:?} operations and actions, found {found:?}").into())
}

fn import(
    rig: &Rig<'_>,
    maker: &Maker,
    mock: &Mock,
    file: &Path,
    include: &[&str],
) -> Result<serde_json::Value, Failure> {
    let mut command = Command::new(rig.workspace.binary("keyway"));
    command
        .args([
            "import", "openapi", "--json", "--expose", "http", "--app", maker.app,
        ])
        .args(["--base-url", &format!("{}/{}", mock.url, maker.app)])
        .arg("--output")
        .arg(file)
        .args(maker.auth.iter().flat_map(|auth| ["--auth", auth]))
        .args(include.iter().flat_map(|pattern| ["--include", pattern]))
        .arg(rig.node.file(maker.file));
    let finished = process::run(&mut command, Show::Nothing)?;
    serde_json::from_str(&finished.output).map_err(|_| finished.output.into())
}

/// Starts a gateway with the definitions, sets a credential for each app that has one, and calls.
fn calls(rig: &Rig<'_>, mock: &Mock, definitions: &Path) -> Result<Tally, Failure> {
    let keyway = rig.workspace.binary("keyway");
    let configuration = format!(
        "definitions: \"{}\"\nrate_limit:\n  principal: {{ limit: 0 }}\n  tool: {{ limit: 0 }}\n  address: {{ limit: 0 }}\n",
        definitions.display()
    );
    let gateway = Gateway::start(&keyway, &configuration, Keys::Required)?;
    let mut manifests = Vec::new();
    for maker in MAKERS {
        let file = definitions.join(format!("{}.json", maker.app));
        set_credential(&keyway, &gateway, maker.app, &file)?;
        manifests.push(format!("{}={}", maker.app, file.display()));
    }
    let script = rig.workspace.root.join("e2e/node/openapi_calls.mjs");
    let mut command = rig.node.command(&script);
    command
        .args(manifests)
        .env("KEYWAY_URL", &gateway.url)
        .env("KEYWAY_KEY", &gateway.key)
        .env("MOCK_URL", &mock.url);
    let mut tally = tap::count(
        "openapi_calls.mjs",
        &process::run(&mut command, Show::Live)?,
    );
    let stopped = gateway.stop().map(drop);
    tally += tap::report("the gateway of the imports stops", stopped);
    Ok(tally)
}

fn set_credential(keyway: &Path, gateway: &Gateway, app: &str, file: &Path) -> Result<(), Failure> {
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    let pointer = format!("/credentials/{app}/fields");
    let Some(fields) = manifest
        .pointer(&pointer)
        .and_then(serde_json::Value::as_object)
    else {
        return Ok(());
    };
    let values: Vec<String> = fields
        .keys()
        .map(|name| format!("{name}=@env:ANY_VALUE"))
        .collect();
    let mut command = Command::new(keyway);
    command
        .args(["credentials", "set", app, "--scope", "org"])
        .args(values.iter().flat_map(|value| ["--set", value]))
        .env("ANY_VALUE", "a-value-of-the-tests")
        .current_dir(gateway.folder());
    let finished = process::run(&mut command, Show::Nothing)?;
    if finished.success {
        return Ok(());
    }
    Err(format!("the credential of {app} is not set:\n{}", finished.output).into())
}

/// The services behind the specifications.
struct Mock {
    _process: Running,
    url: String,
}

impl Mock {
    fn start(rig: &Rig<'_>) -> Result<Self, Failure> {
        let script = rig.workspace.root.join("e2e/node/openapi_mock.mjs");
        let served = |maker: &Maker| -> String {
            let file: PathBuf = rig.node.file(maker.file);
            format!("{}={}", maker.app, file.display())
        };
        let mut command = rig.node.command(&script);
        command.args(MAKERS.iter().map(served));
        let mut process = Running::start(&mut command, Show::Nothing)?;
        let port: u16 = process.wait_for(Duration::from_mins(3), |output| {
            let line = output
                .lines()
                .find_map(|line| line.strip_prefix("listening "))?;
            line.trim().parse().ok()
        })?;
        Ok(Self {
            _process: process,
            url: format!("http://127.0.0.1:{port}"),
        })
    }
}

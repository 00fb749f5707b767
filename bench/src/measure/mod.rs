//! The measurements, in the order they are made.

mod authoring;
mod browser;
mod calibrate;
mod connectors;
mod deliveries;
mod fleet;
mod gateway;
mod lists;
mod memory;
mod prompt;
mod rounds;
mod sign_in;
mod startup;
mod world;

use std::net::SocketAddr;
use std::time::Duration;

use crate::Failure;
use crate::arguments::Run;
use crate::load::{self, Shape};
use crate::message::Message;
use crate::report::{self, Results};
use sign_in::Effort;
use world::World;
pub(crate) use world::names;

/// Makes every measurement and writes the results.
pub(crate) fn run(run: &Run) -> Result<(), Failure> {
    // One thread for the load: what it takes from the servers is the same for all of them.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let plan = Plan::new(run);
    let results = runtime.block_on(measure(&plan))?;
    let table = report::table(&results);
    if run.smoke {
        println!("bench: everything ran and every answer was right");
        return Ok(());
    }
    println!("{table}");
    report::write(&run.output, &results, &table)
}

/// Puts load on a server that is running already and prints what it showed.
pub(crate) fn load_only(
    address: SocketAddr,
    message: &Message,
    connections: usize,
    seconds: f64,
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let sample = runtime.block_on(async {
        let shape = Shape::learn(address, message, 1).await?;
        load::run(
            address,
            &shape,
            connections,
            Duration::from_secs_f64(seconds),
        )
        .await
    })?;
    println!(
        "{} calls, {:.0}/s, p50 {:.1} µs, p99 {:.1} µs",
        sample.calls, sample.per_second, sample.p50, sample.p99
    );
    Ok(())
}

/// Measures the local client and the start of the chat, and prints what it showed.
pub(crate) fn fleet_only(rounds: usize) -> Result<(), Failure> {
    let mut figures = fleet::run(rounds)?;
    figures.extend(prompt::run(rounds)?);
    println!("{}", report::figures(&figures));
    Ok(())
}

/// Measures what concerns access tokens, and prints what it showed.
pub(crate) fn sign_in_only(rounds: usize) -> Result<(), Failure> {
    figures_only(async { sign_in::run(&Effort::full(rounds)).await })
}

/// Measures what authors define, and prints what it showed.
pub(crate) fn authoring_only(rounds: usize) -> Result<(), Failure> {
    figures_only(async { authoring::run(&authoring::Effort::full(rounds)).await })
}

/// Measures a gateway with many connectors, and prints what it showed.
pub(crate) fn connectors_only(rounds: usize, many: usize) -> Result<(), Failure> {
    figures_only(async { connectors::run(&connectors::Effort::of(rounds, many)).await })
}

/// Measures webhooks, and prints what it showed.
pub(crate) fn deliveries_only(rounds: usize) -> Result<(), Failure> {
    figures_only(async { deliveries::run(&deliveries::Effort::full(rounds)).await })
}

/// Makes some measurements and prints what they showed, behind how fast the machine is.
fn figures_only(
    measured: impl Future<Output = Result<Vec<report::Figure>, Failure>>,
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let figures = runtime.block_on(async {
        let calibration = calibrate::run().await?;
        println!("{}", report::machine(&calibration));
        measured.await
    })?;
    println!("{}", report::figures(&figures));
    Ok(())
}

/// How much is measured.
#[derive(Debug)]
struct Plan {
    rounds: usize,
    load: Duration,
    warm_up: Duration,
    connections: Vec<usize>,
    sessions: usize,
    starts: usize,
    sign_in: Effort,
    authoring: authoring::Effort,
    connectors: connectors::Effort,
    deliveries: deliveries::Effort,
    load_only: bool,
}

impl Plan {
    fn new(run: &Run) -> Self {
        if run.smoke {
            return Self {
                rounds: 1,
                load: Duration::from_millis(200),
                warm_up: Duration::from_millis(20),
                connections: vec![1, 4],
                sessions: 50,
                starts: 1,
                sign_in: Effort::smoke(),
                authoring: authoring::Effort::smoke(),
                connectors: connectors::Effort::smoke(),
                deliveries: deliveries::Effort::smoke(),
                load_only: false,
            };
        }
        Self {
            rounds: run.rounds,
            load: Duration::from_secs_f64(run.seconds),
            warm_up: Duration::from_millis(300),
            connections: run.connections.clone(),
            sessions: 10_000,
            starts: 5,
            sign_in: Effort::full(run.rounds),
            authoring: authoring::Effort::full(run.rounds),
            connectors: connectors::Effort::of(run.rounds, 2_000),
            deliveries: deliveries::Effort::full(run.rounds),
            load_only: run.load_only,
        }
    }
}

async fn measure(plan: &Plan) -> Result<Results, Failure> {
    let calibration = calibrate::run().await?;
    let world = World::start().await?;
    let load = rounds::run(plan, &world).await?;
    drop(world);
    let mut results = Results {
        calibration,
        load,
        figures: Vec::new(),
        sign_in: Vec::new(),
        authoring: Vec::new(),
        connectors: Vec::new(),
        deliveries: Vec::new(),
    };
    if !plan.load_only {
        results.figures.push(lists::pages(plan).await?);
        results.figures.push(memory::idle(plan).await?);
        results.figures.extend(memory::sessions(plan).await?);
        results.figures.extend(startup::run(plan).await?);
        results.figures.extend(fleet::run(plan.starts)?);
        results.figures.extend(prompt::run(plan.starts)?);
        results.sign_in = sign_in::run(&plan.sign_in).await?;
        results.authoring = authoring::run(&plan.authoring).await?;
        results.connectors = connectors::run(&plan.connectors).await?;
        results.deliveries = deliveries::run(&plan.deliveries).await?;
    }
    Ok(results)
}

/// The median.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

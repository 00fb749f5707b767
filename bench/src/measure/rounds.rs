//! Load on every target in turn, round after round, so that what disturbs the machine disturbs all
//! of them.

use super::{Plan, World, median};
use crate::Failure;
use crate::load;
use crate::report::{Cell, Row};

use super::world::Target;

/// Medians over the rounds, one row for each number of connections.
pub(super) async fn run(plan: &Plan, world: &World) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for connections in &plan.connections {
        let mut rounds = Vec::new();
        for round in 0..plan.rounds {
            eprintln!(
                "{connections} connections, round {} of {}",
                round + 1,
                plan.rounds
            );
            let mut cells = Vec::new();
            for target in &world.targets {
                cells.push(one(plan, world, target, *connections).await?);
            }
            rounds.push(cells);
        }
        rows.push(Row {
            connections: *connections,
            cells: medians(&rounds),
            rounds,
        });
    }
    Ok(rows)
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
async fn one(
    plan: &Plan,
    world: &World,
    target: &Target,
    connections: usize,
) -> Result<Cell, Failure> {
    let during = |failure: Failure| format!("{}: {failure}", target.name);
    load::run(target.address, &target.shape, connections, plan.warm_up)
        .await
        .map_err(during)?;
    let before = world.cpu(target)?;
    let sample = load::run(target.address, &target.shape, connections, plan.load)
        .await
        .map_err(during)?;
    let spent = world.cpu(target)? - before;
    Ok(Cell {
        target: target.name.to_owned(),
        calls_per_second: sample.per_second,
        p50_us: sample.p50,
        p99_us: sample.p99,
        cpu_us: spent / sample.calls as f64,
    })
}

fn medians(rounds: &[Vec<Cell>]) -> Vec<Cell> {
    let Some(first) = rounds.first() else {
        return Vec::new();
    };
    let each = |index: usize, figure: fn(&Cell) -> f64| {
        median(
            rounds
                .iter()
                .filter_map(|cells| cells.get(index))
                .map(figure)
                .collect(),
        )
    };
    let cells = first.iter().enumerate();
    cells
        .map(|(index, cell)| Cell {
            target: cell.target.clone(),
            calls_per_second: each(index, |cell| cell.calls_per_second),
            p50_us: each(index, |cell| cell.p50_us),
            p99_us: each(index, |cell| cell.p99_us),
            cpu_us: each(index, |cell| cell.cpu_us),
        })
        .collect()
}

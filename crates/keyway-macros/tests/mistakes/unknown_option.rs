#![allow(unused)]

extern crate keyway_core as keyway;

use keyway::Error;
use keyway_macros::action;

#[action(readonly)]
async fn list_tickets() -> Result<(), Error> {
    Ok(())
}

#[action(expose(mpc))]
async fn count_tickets() -> Result<(), Error> {
    Ok(())
}

fn main() {}

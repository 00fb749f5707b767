#![allow(unused)]

extern crate keyway_core as keyway;

use keyway::Error;
use keyway_macros::data;

#[data]
async fn create_ticket() -> Result<(), Error> {
    Ok(())
}

fn main() {}

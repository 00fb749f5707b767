#![allow(unused)]

extern crate keyway_core as keyway;

use keyway::Error;
use keyway_macros::action;

#[action]
fn create_ticket(title: String) -> Result<String, Error> {
    Ok(title)
}

fn main() {}

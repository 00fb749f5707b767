#![allow(unused)]

extern crate keyway_core as keyway;

use keyway::Error;
use keyway_macros::action;

#[action]
async fn create_ticket(title: &str) -> Result<String, Error> {
    Ok(title.to_owned())
}

fn main() {}

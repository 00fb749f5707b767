#![allow(unused)]

extern crate keyway_core as keyway;

use keyway_macros::action;

#[action]
async fn create_ticket(path: String) -> Result<String, std::io::Error> {
    std::fs::read_to_string(path)
}

fn main() {}

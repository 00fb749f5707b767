#![allow(unused)]

extern crate keyway_core as keyway;

use keyway::Error;
use keyway_macros::{action, data};

#[data]
struct Ticket {
    title: String,
}

struct Acme {
    key: String,
}

#[action]
async fn create_ticket(input: Ticket, acme: Acme) -> Result<String, Error> {
    Ok(input.title + &acme.key)
}

fn main() {}

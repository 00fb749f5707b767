#![allow(unused)]

extern crate keyway_core as keyway;

use keyway::Error;
use keyway_macros::action;

#[action(slug = "Create_Ticket")]
async fn create_ticket() -> Result<(), Error> {
    Ok(())
}

fn main() {}

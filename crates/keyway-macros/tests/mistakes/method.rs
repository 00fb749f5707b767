#![allow(unused)]

extern crate keyway_core as keyway;

use keyway::Error;
use keyway_macros::action;

struct Tickets;

impl Tickets {
    #[action]
    async fn create(&self, title: String) -> Result<String, Error> {
        Ok(title)
    }
}

fn main() {}

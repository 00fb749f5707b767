#![allow(unused)]

extern crate keyway_core as keyway;

use keyway_macros::action;

#[action]
async fn create_ticket(title: String) -> String {
    title
}

#[action]
async fn delete_ticket(title: String) {
    drop(title);
}

fn main() {}

//! What reads texts of strangers, from outside.

mod fuzz;

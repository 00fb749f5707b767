//! What reads files of policies and of cases, from outside.

mod fuzz;

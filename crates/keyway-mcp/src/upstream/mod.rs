//! The servers Keyway is a client of.

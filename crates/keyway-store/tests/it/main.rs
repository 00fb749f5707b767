//! What every engine must do alike. Each test takes an open store and knows no engine; only
//! `opening` is about files.

mod api_keys;
mod audit;
mod facts;
mod first;
mod opening;
mod organizations;
mod support;

mod api_keys;
mod call;
mod client;
mod doctor;
mod help;
mod mcp;
mod own;
mod prompt;

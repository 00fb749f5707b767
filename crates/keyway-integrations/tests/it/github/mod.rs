mod acting;
mod installing;
mod reading;
mod refusals;
mod replying;
mod tokens;
mod webhooks;
mod world;

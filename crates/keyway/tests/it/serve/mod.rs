mod audit;
mod child;
mod keys;
mod loops;
mod policy;
mod port;
mod reload;
mod signals;

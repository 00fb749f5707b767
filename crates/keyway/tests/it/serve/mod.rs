mod audit;
mod child;
mod keys;
mod loops;
mod port;
mod reload;
mod signals;

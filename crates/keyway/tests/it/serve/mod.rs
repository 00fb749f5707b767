mod child;
mod keys;
mod loops;
mod port;
mod signals;

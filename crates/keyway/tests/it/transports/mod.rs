mod around;
mod ended;
mod flood;
mod mounts;
mod routes;
mod socket;

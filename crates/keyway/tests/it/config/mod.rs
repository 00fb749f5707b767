mod check;
mod secrets;
mod show;

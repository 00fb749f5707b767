mod obtain;
mod resumed;
mod sign_in;
mod step_up;
mod tokens;

//! The completions as a user meets them: each shell, with the scripts where they are installed, is typed at and asked
//! what it offers. The questions are one table; Bash and Zsh answer on a terminal, Fish by `complete -C`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod bash;
mod containers;
mod fish;
mod fixture;
mod names;
mod questions;
mod silent;
mod values;
mod zsh;

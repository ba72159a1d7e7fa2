//! Subcommands other than `serve`.

mod admin;
mod doctor;
mod probe;
mod push;
mod token;

pub(crate) use admin::{AdminArgs, admin};
pub(crate) use doctor::doctor;
pub(crate) use probe::{ProbeArgs, probe};
pub(crate) use push::{PushArgs, push};
pub(crate) use token::{TokenArgs, token};

use anyhow::Context;

/// Measures this very program.
pub(crate) fn bench(args: &bench::BenchArgs) -> anyhow::Result<std::process::ExitCode> {
    let program = std::env::current_exe().context("finding this program")?;
    bench::run(args, &program)?;
    Ok(std::process::ExitCode::SUCCESS)
}

/// A runtime for commands that wait for the network.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().context("starting the runtime")
}

/// Results go to standard output.
#[expect(clippy::print_stdout, reason = "commands print their results")]
fn say(line: &str) {
    println!("{line}");
}

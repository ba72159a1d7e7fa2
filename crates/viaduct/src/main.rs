//! Viaduct: one program for road video. See `viaduct --help` and README.md.

mod cameras;
mod certificate;
mod commands;
mod config;
mod data_dir;
mod devices;
mod http;
mod logging;
mod origins;
mod process;
mod server;
mod timetable;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Takes in every road camera, relays it to any browser and player.
#[derive(Debug, Parser)]
#[command(name = "viaduct", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(ServeArgs),
    /// Look at a camera's URL: tracks, GOP, bitrate, clock; and where it fails, why and what to try.
    Probe(commands::ProbeArgs),
    /// Send a file or a URL to another server.
    Push(commands::PushArgs),
    /// Simulated road cameras for other servers, with ground truth.
    Sim(commands::SimArgs),
    /// Measure a server on this machine.
    Bench(bench::BenchArgs),
    /// Make a publish or play token for the server that uses the data folder.
    Token(commands::TokenArgs),
    /// Check whether this machine and configuration can run the server.
    Doctor(ServeArgs),
    /// Maintain accounts.
    Admin(commands::AdminArgs),
}

/// What a server runs with.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServeArgs {
    /// Configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder for the database, secrets and generated certificate.
    #[arg(long, value_name = "DIR", default_value = "viaduct-data")]
    data_dir: PathBuf,
    /// Set one key, such as http.listen=127.0.0.1:8080. Can be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// For trying out: listen on loopback only, publish and play without tokens, user admin with a password
    /// that is printed.
    #[arg(long)]
    dev: bool,
    /// Add simulated road cameras.
    #[arg(long)]
    demo: bool,
}

impl ServeArgs {
    fn sources(&self) -> config::Sources {
        config::Sources {
            console: Some(self.data_dir.join(config::ConsoleFile::NAME)),
            file: self.config.clone(),
            set: self.set.clone(),
            dev: self.dev,
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Serve(args) => server::run(&args),
        Command::Probe(args) => commands::probe(&args),
        Command::Push(args) => commands::push(&args),
        Command::Sim(args) => commands::sim(&args),
        Command::Bench(args) => commands::bench(&args),
        Command::Token(args) => commands::token(&args),
        Command::Doctor(args) => commands::doctor(&args),
        Command::Admin(args) => commands::admin(&args),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("viaduct: {error:#}");
            ExitCode::FAILURE
        }
    }
}

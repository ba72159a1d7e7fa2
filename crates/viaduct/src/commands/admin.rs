//! `viaduct admin`.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use db::Database;
use platform::accounts::Accounts;

use super::{runtime, say};
use crate::data_dir::DataDir;

/// Maintains accounts.
#[derive(Debug, Args)]
pub(crate) struct AdminArgs {
    #[command(subcommand)]
    command: AdminCommand,
    /// Data folder of the server.
    #[arg(long, value_name = "DIR", default_value = "viaduct-data", global = true)]
    data_dir: PathBuf,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Set the password of the user admin, read from standard input, and end the user's sessions.
    Password,
}

/// Runs one maintenance command.
pub(crate) fn admin(args: &AdminArgs) -> anyhow::Result<ExitCode> {
    if !args.data_dir.is_dir() {
        bail!("{} is no data folder; give --data-dir", args.data_dir.display());
    }
    let data = DataDir::open(&args.data_dir)?;
    match args.command {
        AdminCommand::Password => {
            let mut password = String::new();
            std::io::stdin().take(4096).read_to_string(&mut password).context("reading standard input")?;
            let password = password.trim_end_matches(['\r', '\n']).to_owned();
            runtime()?.block_on(async {
                let database = Database::open(&data.database()).await?;
                let accounts = Accounts::new(database.clone(), None)?;
                accounts.force_admin_password(&password).await?;
                database.close().await;
                anyhow::Ok(())
            })?;
            data.forget_setup_code();
            say("The password of admin is set.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

//! `viaduct admin`.

mod backup;
mod licence;

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use db::Database;
use platform::accounts::Accounts;
use platform::audit::Audit;

use super::{runtime, say};
use crate::config::{Settings, Sources, Values};
use crate::data_dir::DataDir;

/// Maintains accounts and the database.
#[derive(Debug, Args)]
pub(crate) struct AdminArgs {
    #[command(subcommand)]
    command: AdminCommand,
    /// Data folder of the server.
    #[arg(long, value_name = "DIR", default_value = "viaduct-data", global = true)]
    data_dir: PathBuf,
    /// Configuration file of the server (TOML); needed where it names a database.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Set one key, such as database.url=postgres://... Can be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", global = true)]
    set: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Set the password of the user admin, read from standard input, and end the user's sessions.
    Password,
    /// Check that nobody changed, removed or moved rows of the audit log; exit status 1 when somebody did.
    Verify,
    /// Write the database and the server's keys to a new file; the server may run.
    Backup {
        /// Where to; must not exist yet. Holds secrets and is readable by its owner only.
        file: PathBuf,
    },
    /// Take database and keys from a backup, of SQLite or PostgreSQL; the server must be stopped.
    Restore {
        /// Made by `viaduct admin backup`.
        file: PathBuf,
        /// Forget what the database holds now.
        #[arg(long)]
        replace: bool,
    },
    /// Issue licences, for this installation or others; needs no data folder.
    #[command(subcommand)]
    Licence(licence::LicenceCommand),
}

/// Runs one maintenance command.
pub(crate) fn admin(args: &AdminArgs) -> anyhow::Result<ExitCode> {
    if let AdminCommand::Licence(command) = &args.command {
        return licence::licence(command);
    }
    let restores = matches!(args.command, AdminCommand::Restore { .. });
    if !restores && !args.data_dir.is_dir() {
        bail!("{} is no data folder; give --data-dir", args.data_dir.display());
    }
    let data = DataDir::open(&args.data_dir)?;
    let sources = Sources { console: None, file: args.config.clone(), set: args.set.clone(), dev: false };
    let settings = Settings::from_values(&Values::read(&sources, std::env::vars())?)?;
    let place = data.database(settings.database_url.as_deref());
    runtime()?.block_on(async {
        match &args.command {
            AdminCommand::Password => set_password(&data, &place).await?,
            AdminCommand::Verify => return verify(&data, &place).await,
            AdminCommand::Backup { file } => backup::write(&data, &place, file).await?,
            AdminCommand::Restore { file, replace } => backup::restore(&data, &place, file, *replace).await?,
            AdminCommand::Licence(_) => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn verify(data: &DataDir, place: &db::Place) -> anyhow::Result<ExitCode> {
    let database = Database::open(place).await?;
    let audit = Audit::new(database.clone(), data.audit_key()?, |_| ());
    let head = data.audit_head();
    let verdict = audit.verify(head.as_ref()).await?;
    database.close().await;
    if verdict.findings.is_empty() {
        say(&format!("The audit log is whole: {} rows.", verdict.rows));
        return Ok(ExitCode::SUCCESS);
    }
    for finding in &verdict.findings {
        say(&format!("{finding}"));
    }
    Ok(ExitCode::FAILURE)
}

async fn set_password(data: &DataDir, place: &db::Place) -> anyhow::Result<()> {
    let mut password = String::new();
    std::io::stdin().take(4096).read_to_string(&mut password).context("reading standard input")?;
    let database = Database::open(place).await?;
    let accounts = Accounts::new(database.clone(), None)?;
    accounts.force_admin_password(password.trim_end_matches(['\r', '\n'])).await?;
    database.close().await;
    data.forget_setup_code();
    say("The password of admin is set.");
    Ok(())
}

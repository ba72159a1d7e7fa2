//! Licences for those who issue them: keys, signing, looking at one.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use platform::licence::{Date, Document, IssuerKey, MAX_DOCUMENT, SigningKey, Terms, today};

use super::super::say;

#[derive(Debug, Subcommand)]
pub(super) enum LicenceCommand {
    /// Make the key that licences are signed with, and print its public half for the key licence.issuer_key.
    NewKey {
        /// Where to; must not exist yet. Who has it can issue licences; it is readable by its owner only.
        file: PathBuf,
    },
    /// Sign a licence.
    Issue(IssueArgs),
    /// Say what a licence says, and with a key whether it is genuine; exit status 1 when it is not.
    Show {
        /// The licence.
        file: PathBuf,
        /// Public key of the issuer: base64, or a PEM file.
        #[arg(long, value_name = "KEY")]
        issuer: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct IssueArgs {
    /// The private key, as new-key or openssl made it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Number of the licence.
    #[arg(long)]
    number: String,
    /// For whom it is.
    #[arg(long)]
    customer: String,
    /// Cameras that may be on.
    #[arg(long)]
    channels: usize,
    /// Day of issue; today when absent.
    #[arg(long, value_name = "YYYY-MM-DD")]
    issued: Option<Date>,
    /// Last day; without end when absent.
    #[arg(long, value_name = "YYYY-MM-DD")]
    expires: Option<Date>,
    /// Where to; must not exist yet.
    out: PathBuf,
}

pub(super) fn licence(command: &LicenceCommand) -> anyhow::Result<ExitCode> {
    match command {
        LicenceCommand::NewKey { file } => new_key(file)?,
        LicenceCommand::Issue(args) => issue(args)?,
        LicenceCommand::Show { file, issuer } => return show(file, issuer.as_deref()),
    }
    Ok(ExitCode::SUCCESS)
}

fn new_key(file: &Path) -> anyhow::Result<()> {
    let key = SigningKey::generate()?;
    write_new(file, &key.to_pem()?, 0o600)?;
    say(&format!("{} holds the private key; keep it secret and keep a copy.", file.display()));
    say(&format!("licence.issuer_key = \"{}\"", key.public().to_text()));
    Ok(())
}

fn issue(args: &IssueArgs) -> anyhow::Result<()> {
    let pem = fs::read_to_string(&args.key).with_context(|| format!("reading {}", args.key.display()))?;
    let key = SigningKey::from_pem(&pem).with_context(|| format!("reading {}", args.key.display()))?;
    let terms = Terms {
        number: args.number.clone(),
        customer: args.customer.clone(),
        channels: args.channels,
        issued: args.issued.unwrap_or_else(today),
        expires: args.expires,
    };
    let document = Document::issue(terms, &key)?;
    write_new(&args.out, &document.to_text(), 0o644)?;
    say(&format!("{} is a licence for {} cameras.", args.out.display(), args.channels));
    Ok(())
}

fn write_new(file: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let made = fs::OpenOptions::new().create_new(true).write(true).mode(mode).open(file);
    let mut out = made.with_context(|| format!("creating {}", file.display()))?;
    out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).with_context(|| format!("writing {}", file.display()))
}

fn show(file: &Path, issuer: Option<&str>) -> anyhow::Result<ExitCode> {
    let size = fs::metadata(file).with_context(|| format!("reading {}", file.display()))?.len();
    anyhow::ensure!(size <= MAX_DOCUMENT as u64 * 2, "{} is too long for a licence", file.display());
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let document = Document::parse(&text)?;
    let terms = &document.terms;
    say(&format!("number    {}\ncustomer  {}\nchannels  {}", terms.number, terms.customer, terms.channels));
    say(&format!("issued    {}\nexpires   {}", terms.issued, terms.expires_text()));
    let Some(issuer) = issuer else {
        say("The signature was not checked; give --issuer.");
        return Ok(ExitCode::SUCCESS);
    };
    match document.verify(&issuer_key(issuer)?) {
        Ok(()) => {
            say("The signature is the issuer's.");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            say(&error.to_string());
            Ok(ExitCode::FAILURE)
        }
    }
}

/// A key that was typed, or one in a file.
fn issuer_key(given: &str) -> anyhow::Result<IssuerKey> {
    if let Ok(key) = given.parse() {
        return Ok(key);
    }
    let text = fs::read_to_string(given).with_context(|| format!("--issuer: {given} is neither a key nor a file"))?;
    text.parse().with_context(|| format!("reading {given}"))
}

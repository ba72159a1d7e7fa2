//! `viaduct push FILE|URL --to URL`.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use gateway::PullGuard;
use gateway::push::{PushInput, PushTarget};

use super::{runtime, say};

/// Sends a file or a URL to another server in real time.
#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    /// MP4, Matroska, FLV or MPEG-TS file, or an rtsp:// or rtmp:// URL.
    input: String,
    /// rtmp:// or rtsp:// URL with the token or credentials that the server wants.
    #[arg(long, value_name = "URL")]
    to: String,
    /// Start again at the end of the file.
    #[arg(long = "loop")]
    repeat: bool,
}

/// Runs until the file ends, the connection fails or a signal.
pub(crate) fn push(args: &PushArgs) -> anyhow::Result<ExitCode> {
    let guard = PullGuard::new();
    let everything = ["0.0.0.0/0".to_owned(), "::/0".to_owned()];
    guard.set_allowed(&everything).map_err(anyhow::Error::msg)?;
    let target = PushTarget::parse(&args.to).map_err(anyhow::Error::msg)?;
    let input = PushInput::parse(&args.input, args.repeat).map_err(anyhow::Error::msg)?;
    let outcome = runtime()?.block_on(async {
        tokio::select! {
            outcome = gateway::push::push(input, &target, &guard) => outcome,
            _ = tokio::signal::ctrl_c() => Ok(0),
        }
    });
    match outcome {
        Ok(frames) => say(&format!("Sent {frames} frames.")),
        Err(failure) => bail!("{failure}. {}", failure.next_step),
    }
    Ok(ExitCode::SUCCESS)
}

//! `viaduct probe URL`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use gateway::PullGuard;
use gateway::pull::PullUrl;

use super::{runtime, say};
use crate::http::report_view;

/// Looks at a URL.
#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    /// rtsp:// or rtmp://, with or without user:password@.
    url: String,
    /// User name.
    #[arg(long)]
    username: Option<String>,
    /// Password; better given in the environment than on the command line.
    #[arg(long, env = "VIADUCT_PROBE_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// Seconds to wait.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Prints the report; exit status 1 when the URL does not deliver.
pub(crate) fn probe(args: &ProbeArgs) -> anyhow::Result<ExitCode> {
    let url = match PullUrl::parse(&args.url, args.username.as_deref(), args.password.as_deref()) {
        Ok(url) => url,
        Err(error) => bail!("{error}"),
    };
    // The person at this machine may look at it: the guard protects servers from people elsewhere.
    let guard = PullGuard::new();
    let everything = ["0.0.0.0/0".to_owned(), "::/0".to_owned()];
    guard.set_allowed(&everything).map_err(anyhow::Error::msg)?;
    let report = runtime()?.block_on(gateway::probe::probe(&url, &guard, Duration::from_secs(args.timeout)));
    let view = report_view(&url, &report);
    if args.json {
        say(&serde_json::to_string_pretty(&view)?);
    } else {
        print(&view);
    }
    Ok(if view.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(report: &api::ProbeReport) {
    say(&report.url);
    for leg in &report.legs {
        let mark = if leg.ok { "ok  " } else { "FAIL" };
        say(&format!("  {mark} {:>6} ms  {:<10} {}", leg.elapsed_ms, leg.leg, leg.text));
    }
    for track in &report.tracks {
        let mut line = format!("  track {}  {}", track.id, track.codec);
        if let (Some(width), Some(height)) = (track.width, track.height) {
            line += &format!(" {width}x{height}");
        }
        if let (Some(rate), Some(channels)) = (track.sample_rate_hz, track.channels) {
            line += &format!(" {rate} Hz, {channels} channels");
        }
        if let Some(language) = &track.language {
            line += &format!(", {language}");
        }
        if let Some(codecs) = &track.codecs {
            line += &format!(" ({codecs})");
        }
        say(&line);
    }
    if let Some(gop) = report.gop_ms {
        say(&format!("  GOP      {gop} ms"));
    }
    if let Some(fps) = report.fps {
        say(&format!("  rate     {fps:.1} pictures a second"));
    }
    if let Some(bitrate) = report.bitrate_bps {
        say(&format!("  bitrate  {} kbit/s", bitrate / 1000));
    }
    if let Some(clock) = &report.clock {
        say(&format!("  clock    {}", clock.text));
    }
    for warning in &report.warnings {
        say(&format!("  note     {warning}"));
    }
    if let Some(next_step) = &report.next_step {
        say(&format!("  try      {next_step}"));
    }
}

//! `viaduct token`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use hub::{Action, StreamKey};
use platform::tokens::{MAX_LIFE_S, TokenClaims, TokenSigner};
use platform::unix_now;

use super::say;
use crate::data_dir::DataDir;

/// Makes a token.
#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    /// What it permits.
    action: TokenAction,
    /// APP/NAME, or APP/* for all streams of an application; HOST/ before it on a virtual host.
    stream: String,
    /// How long it lives, such as 30m, 12h or 7d.
    #[arg(long, default_value = "12h")]
    expires_in: String,
    /// Data folder of the server.
    #[arg(long, value_name = "DIR", default_value = "viaduct-data")]
    data_dir: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TokenAction {
    Publish,
    Play,
}

/// Prints the token.
pub(crate) fn token(args: &TokenArgs) -> anyhow::Result<ExitCode> {
    if !args.data_dir.is_dir() {
        bail!("{} is no data folder; give --data-dir, or start the server once", args.data_dir.display());
    }
    let life = parse_life(&args.expires_in)?;
    let action = match args.action {
        TokenAction::Publish => Action::Publish,
        TokenAction::Play => Action::Play,
    };
    let claims = claims(action, &args.stream, unix_now() + life)?;
    let signer = TokenSigner::new(DataDir::open(&args.data_dir)?.token_key()?);
    say(&signer.sign(&claims));
    Ok(ExitCode::SUCCESS)
}

fn claims(action: Action, stream: &str, expires_at: i64) -> anyhow::Result<TokenClaims> {
    let form = "the stream is APP/NAME or APP/*, and HOST/APP/NAME or HOST/APP/* on a virtual host";
    Ok(match stream.strip_suffix("/*") {
        Some(all) => {
            let any: StreamKey = format!("{all}/any").parse().context(form)?;
            TokenClaims::of_application(action, &any, expires_at)
        }
        None => TokenClaims::of_stream(action, &stream.parse().context(form)?, expires_at),
    })
}

fn parse_life(text: &str) -> anyhow::Result<i64> {
    let mut digits = text.chars();
    let seconds = match digits.next_back() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 86_400,
        _ => bail!("a time is a number with s, m, h or d, such as 12h, not {text:?}"),
    };
    let number: i64 = digits.as_str().parse().with_context(|| format!("{text:?} is no time"))?;
    let life = number.checked_mul(seconds).filter(|life| (1..=MAX_LIFE_S).contains(life));
    life.context("a token lives for one second to one year")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_named_with_and_without_their_host() {
        let read = |stream: &str| {
            let claims = claims(Action::Play, stream, 1).ok()?;
            Some([claims.vhost, claims.app, claims.name.unwrap_or_else(|| "*".to_owned())].join("/"))
        };
        for (stream, claimed) in [
            ("road/k1", Some("default/road/k1")),
            ("road/*", Some("default/road/*")),
            ("T1/road/k1", Some("t1/road/k1")),
            ("t1/road/*", Some("t1/road/*")),
            ("*", None),
            ("*/*", None),
            ("*/road/k1", None),
            ("road", None),
            ("api/*", None),
            ("a/b/c/d", None),
        ] {
            assert_eq!(read(stream).as_deref(), claimed, "{stream}");
        }
    }

    #[test]
    fn times_are_read_with_their_units() {
        assert_eq!(parse_life("90s").unwrap(), 90);
        assert_eq!(parse_life("12h").unwrap(), 43_200);
        for bad in ["", "h", "12", "0s", "-1h", "99999d", "1w", "1日"] {
            assert!(parse_life(bad).is_err(), "{bad}");
        }
    }
}

//! Logs to standard error, with a level that can change while running.

use anyhow::Context;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::config::LogFormat;

/// Changes the level.
#[derive(Clone, Debug)]
pub(crate) struct LogLevel {
    handle: reload::Handle<EnvFilter, Registry>,
}

/// Starts logging.
pub(crate) fn start(level: &str, format: LogFormat) -> anyhow::Result<LogLevel> {
    let (filter, handle) = reload::Layer::new(filter(level)?);
    let registry = tracing_subscriber::registry().with(filter);
    match format {
        LogFormat::Text => registry.with(fmt::layer().with_writer(std::io::stderr)).try_init(),
        LogFormat::Json => registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init(),
    }
    .context("starting the log")?;
    Ok(LogLevel { handle })
}

impl LogLevel {
    pub(crate) fn set(&self, level: &str) -> anyhow::Result<()> {
        self.handle.reload(filter(level)?).context("changing the log level")
    }
}

fn filter(level: &str) -> anyhow::Result<EnvFilter> {
    EnvFilter::try_new(level).with_context(|| format!("log.level {level:?} is not a level or filter"))
}

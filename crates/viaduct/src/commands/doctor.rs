//! `viaduct doctor`.

use std::fs;
use std::process::ExitCode;

use db::Database;
use gateway::Listening;

use super::{runtime, say};
use crate::ServeArgs;
use crate::config::{Settings, Values};
use crate::data_dir::DataDir;

/// File handles below this serve few viewers.
const WANTED_FILES: u64 = 16_384;

/// Checks machine and configuration; exit status 1 when the server could not run.
pub(crate) fn doctor(args: &ServeArgs) -> anyhow::Result<ExitCode> {
    let mut checks = Checks { failed: false };
    let settings = Values::read(&args.sources(), std::env::vars()).and_then(|values| Settings::from_values(&values));
    let settings = match settings {
        Ok(settings) => {
            checks.pass("configuration", "every key is known and in range");
            settings
        }
        Err(error) => {
            checks.fail("configuration", &format!("{error:#}"));
            return Ok(ExitCode::FAILURE);
        }
    };
    for listen in &settings.listeners {
        let name = format!("port {}", listen.protocol.as_str());
        match Listening::bind(std::slice::from_ref(listen)) {
            Ok(_) => checks.pass(&name, &format!("{} is free", listen.address)),
            Err(error) => checks.fail(&name, &error.to_string()),
        }
    }
    checks.data_dir(args, settings.database_url.as_deref());
    if let Some((certificate, key)) = &settings.certificate {
        for file in [certificate, key] {
            match fs::metadata(file) {
                Ok(_) => checks.pass("certificate", &format!("{} is readable", file.display())),
                Err(error) => checks.fail("certificate", &format!("{}: {error}", file.display())),
            }
        }
    }
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) if limit >= WANTED_FILES => checks.pass("open files", &format!("up to {limit}")),
        Ok(limit) => checks.warn("open files", &format!("only {limit}: raise `ulimit -n` to serve more viewers")),
        Err(error) => checks.warn("open files", &error.to_string()),
    }
    let worker = &settings.worker.program;
    match std::process::Command::new(worker).arg("--version").output() {
        Ok(output) if output.status.success() => checks.pass("media worker", "starts: pictures can be taken"),
        Ok(_) => checks.warn("media worker", &format!("{} does not start: no pictures", worker.display())),
        Err(error) => checks.warn("media worker", &format!("{}: {error}: no pictures", worker.display())),
    }
    match std::process::Command::new("ffmpeg").arg("-version").output() {
        Ok(output) if output.status.success() => checks.pass("ffmpeg", "found: simulated cameras can send H.265"),
        _ => checks.warn("ffmpeg", "not found: simulated cameras send H.264 only"),
    }
    Ok(if checks.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

struct Checks {
    failed: bool,
}

impl Checks {
    fn pass(&self, what: &str, text: &str) {
        say(&format!("ok    {what:<14} {text}"));
    }

    fn warn(&self, what: &str, text: &str) {
        say(&format!("note  {what:<14} {text}"));
    }

    fn fail(&mut self, what: &str, text: &str) {
        self.failed = true;
        say(&format!("FAIL  {what:<14} {text}"));
    }

    fn data_dir(&mut self, args: &ServeArgs, database_url: Option<&str>) {
        let opened = DataDir::open(&args.data_dir).and_then(|data| data.lock().map(|lock| (data, lock)));
        let (data, _lock) = match opened {
            Ok(opened) => opened,
            Err(error) => return self.fail("data folder", &format!("{error:#}")),
        };
        self.pass("data folder", &format!("{} is writable", data.path().display()));
        let database =
            runtime().and_then(|runtime| Ok(runtime.block_on(Database::open(&data.database(database_url)))?));
        match database {
            Ok(_) => self.pass("database", "opens and is up to date"),
            Err(error) => self.fail("database", &format!("{error:#}")),
        }
    }
}

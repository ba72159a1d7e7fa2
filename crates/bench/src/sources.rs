//! Many sources that vanish and return all at once.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use crate::http::Api;
use crate::process::Measured;
use crate::report::{Row, count};

/// Longer than this nobody waits for all to be live, or for none.
const LIMIT: Duration = Duration::from_secs(180);
/// How often the server is asked how many are live.
const LOOK: Duration = Duration::from_millis(100);
const ATTEMPTS: &str = "viaduct_gateway_pull_attempts_total";

/// Sources that return.
#[derive(Clone, Debug, Args)]
pub(crate) struct SourcesReturnArgs {
    /// RTSP sources, all of one host.
    #[arg(long, default_value_t = 500)]
    sources: usize,
    /// Bits a second of each.
    #[arg(long, default_value_t = 200_000)]
    bitrate: u64,
    /// Seconds for which all are gone.
    #[arg(long, value_delimiter = ',', default_value = "0,10")]
    outages: Vec<u64>,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

impl SourcesReturnArgs {
    pub(crate) fn standard(rounds: usize) -> Self {
        Self { sources: 500, bitrate: 200_000, outages: vec![0, 10], rounds }
    }
}

/// One run.
struct Return {
    first_s: f64,
    again_s: f64,
    attempts: f64,
}

/// For each outage: time until all are live again, and what it took.
pub(crate) fn sources_return(args: &SourcesReturnArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for outage in &args.outages {
        let runs = (0..args.rounds)
            .map(|_| vanish_and_return(args, Duration::from_secs(*outage), program))
            .collect::<anyhow::Result<Vec<Return>>>()?;
        let each = |get: fn(&Return) -> f64| runs.iter().map(get).collect::<Vec<f64>>();
        let load = format!("{} RTSP sources of one host, all gone for {outage} s", args.sources);
        rows.extend(Row::new(&load, "s until all are live again", &each(|run| run.again_s), Some(30.0)));
        rows.extend(Row::new(&load, "attempts from vanishing until then", &each(|run| run.attempts), None));
        rows.extend(Row::new(&load, "s from adding the first until all were live", &each(|run| run.first_s), None));
    }
    Ok(rows)
}

fn vanish_and_return(args: &SourcesReturnArgs, outage: Duration, program: &Path) -> anyhow::Result<Return> {
    let cameras = Measured::cameras(program, 0, args.bitrate)?;
    let address = cameras.ports().rtsp;
    // A server of its own for each run: how long a source waits depends on how often it failed before.
    let server = Measured::server(program, None)?;
    let mut api = Api::sign_in(server.ports().http)?;
    let begin = Instant::now();
    for index in 0..args.sources {
        let url = format!("rtsp://{address}/camera{index}");
        let source = json!({ "app": "live", "name": format!("camera{index}"), "url": url, "mode": "always" });
        api.post("/api/v1/sources", &source)?;
    }
    until_live(&mut api, args.sources)?;
    until_playing(&mut api, &vec![0; args.sources])?;
    let first_s = begin.elapsed().as_secs_f64();
    let before = api.metric(ATTEMPTS)?;
    drop(cameras);
    until_live(&mut api, 0)?;
    let frames = (0..args.sources).map(|index| frames(&mut api, index)).collect::<anyhow::Result<Vec<u64>>>()?;
    let over = Instant::now() + outage;
    while Instant::now() < over {
        // The connection would be closed if it rested.
        api.metric(ATTEMPTS)?;
        std::thread::park_timeout(LOOK * 5);
    }
    let _cameras = Measured::cameras(program, address.port(), args.bitrate)?;
    let begin = Instant::now();
    until_live(&mut api, args.sources)?;
    until_playing(&mut api, &frames)?;
    Ok(Return { first_s, again_s: begin.elapsed().as_secs_f64(), attempts: api.metric(ATTEMPTS)? - before })
}

fn until_live(api: &mut Api, wanted: usize) -> anyhow::Result<()> {
    let end = Instant::now() + LIMIT;
    loop {
        let sources = api.get("/api/v1/sources")?;
        let live = sources["items"].as_array().into_iter().flatten().filter(|source| source["state"] == "live").count();
        if live == wanted {
            return Ok(());
        }
        if Instant::now() > end {
            bail!("{} sources were live after {} s, not {}", count(live), LIMIT.as_secs(), count(wanted));
        }
        std::thread::park_timeout(LOOK);
    }
}

/// Waits until every stream can be joined and has got frames since `before`: a source is called live a little earlier.
fn until_playing(api: &mut Api, before: &[u64]) -> anyhow::Result<()> {
    let end = Instant::now() + LIMIT;
    for (index, before) in before.iter().enumerate() {
        loop {
            let stream = stream(api, index)?;
            let has_more = stream["counters"]["frames"].as_u64().is_some_and(|frames| frames != *before);
            if has_more && stream["state"] == "live" && stream["gop"]["joinable"] == true {
                break;
            }
            if Instant::now() > end {
                bail!("stream {index} did not play after {} s", LIMIT.as_secs());
            }
            std::thread::park_timeout(LOOK / 10);
        }
    }
    Ok(())
}

fn frames(api: &mut Api, index: usize) -> anyhow::Result<u64> {
    Ok(stream(api, index)?["counters"]["frames"].as_u64().unwrap_or(0))
}

fn stream(api: &mut Api, index: usize) -> anyhow::Result<Value> {
    api.get(&format!("/api/v1/streams/live/camera{index}"))
}

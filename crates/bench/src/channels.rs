//! The interface with many channels: answers to a steady rate of questions, as control rooms ask them.
//!
//! Questions are due at fixed times, whether or not earlier ones were answered, and the time of an answer counts from when its
//! question was due: a server that stalls is not asked less. On PostgreSQL: `VIADUCT__DATABASE__URL=postgres://... viaduct bench
//! channels`, with an empty database.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::http::Api;
use crate::licence::Licence;
use crate::process::Measured;
use crate::report::{Row, count, percentile};

/// Goal for the slowest of a hundred answers.
const GOAL_MS: f64 = 50.0;
/// Channels of one table.
const TABLE: usize = 10_000;

/// Answers about many channels.
#[derive(Clone, Debug, Args)]
pub(crate) struct ChannelsArgs {
    /// Channels, of as many devices.
    #[arg(long, default_value_t = 100_000)]
    channels: usize,
    /// Organisations that they belong to.
    #[arg(long, default_value_t = 1000)]
    organisations: usize,
    /// Questions a second.
    #[arg(long, default_value_t = 200)]
    rate: usize,
    /// Connections.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 15)]
    seconds: usize,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// A kind of question, with how many of a hundred are of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Question {
    Organisation,
    Overview,
    Stake,
    Words,
    One,
    Tree,
    Devices,
    Change,
}

impl Question {
    const ALL: [(Self, &'static str, usize); 8] = [
        (Self::Organisation, "channels of an organisation", 38),
        (Self::Overview, "overview", 2),
        (Self::Stake, "search by stake", 15),
        (Self::Words, "search by initials", 15),
        (Self::One, "one channel", 15),
        (Self::Tree, "tree", 5),
        (Self::Devices, "devices of an organisation", 5),
        (Self::Change, "change of a channel", 5),
    ];

    fn of(number: usize) -> Self {
        // Spread over each hundred: 37 has no factor in common with it.
        let place = number * 37 % 100;
        let mut passed = 0;
        let found = Self::ALL.into_iter().find(|(_, _, share)| {
            passed += share;
            place < passed
        });
        found.map_or(Self::One, |(question, _, _)| question)
    }
}

struct World {
    address: SocketAddr,
    organisations: Vec<i64>,
    channels: usize,
}

/// Fills a server and asks it.
pub(crate) fn channels(args: &ChannelsArgs, program: &Path) -> anyhow::Result<Vec<Row>> {
    let licence = Licence::issue(program, args.channels)?;
    let server = Measured::licensed_server(program, &licence.issuer_key)?;
    Api::sign_in(server.ports().http)?.send("PUT", "/api/v1/licence", &json!({ "text": licence.text }).to_string())?;
    let begin = Instant::now();
    let world = fill(args, server.ports().http)?;
    let filled = begin.elapsed().as_secs_f64();
    let mut times: BTreeMap<Question, Vec<Vec<f64>>> = BTreeMap::new();
    let mut all = Vec::new();
    for _ in 0..args.rounds {
        let mut run = ask(args, &world)?;
        all.push(run.iter().map(|(_, ms)| *ms).collect::<Vec<_>>());
        for (question, _, _) in Question::ALL {
            let of_it = run.extract_if(.., |(asked, _)| *asked == question).map(|(_, ms)| ms).collect();
            times.entry(question).or_default().push(of_it);
        }
    }
    let load = format!("{} questions/s, {} channels", args.rate, args.channels);
    let mut rows = Vec::new();
    let mut add = |what: &str, runs: &mut [Vec<f64>], goal: Option<f64>| {
        runs.iter_mut().for_each(|run| run.sort_by(f64::total_cmp));
        let share = |share: f64| runs.iter().map(|run| percentile(run, share)).collect::<Vec<f64>>();
        rows.extend(Row::new(format!("{what}, {load}"), "p50 ms", &share(0.5), None));
        rows.extend(Row::new(format!("{what}, {load}"), "p99 ms", &share(0.99), goal));
    };
    add("all", &mut all, Some(GOAL_MS));
    for (question, name, _) in Question::ALL {
        add(name, times.get_mut(&question).context("measured above")?, None);
    }
    rows.extend(Row::new(format!("import of {} channels by table", args.channels), "s", &[filled], None));
    Ok(rows)
}

fn fill(args: &ChannelsArgs, address: SocketAddr) -> anyhow::Result<World> {
    let mut api = Api::sign_in(address)?;
    let mut organisations = Vec::new();
    for number in 0..args.organisations {
        let made =
            api.post_for("/api/v1/organisations", &json!({ "name": format!("管理所 {number}"), "parent_id": 1 }))?;
        organisations.push(made["id"].as_i64().context("the number of an organisation")?);
    }
    for first in (0..args.channels).step_by(TABLE) {
        let mut table = "name,organisation,device_address,main,road_code,road_name,stake,direction,tags\n".to_owned();
        for number in first..(first + TABLE).min(args.channels) {
            let (km, metres) = (number / 10, number % 10 * 100);
            writeln!(
                table,
                "沪蓉高速 K{km}+{metres:03} {number},管理所 {},rtsp://192.0.2.7,/{number},G42,沪蓉高速,K{km}+{metres:03},up,重点",
                number % args.organisations
            )?;
        }
        let report: Value = serde_json::from_str(&api.send("POST", "/api/v1/channels/import", &table)?)?;
        ensure!(report["done"] == true, "the table was refused: {report}");
    }
    Ok(World { address, organisations, channels: args.channels })
}

/// Asks at the rate, and tells how long each answer took since its question was due.
fn ask(args: &ChannelsArgs, world: &World) -> anyhow::Result<Vec<(Question, f64)>> {
    let begin = Instant::now();
    let connection = |index: usize| -> anyhow::Result<Vec<(Question, f64)>> {
        let mut api = Api::sign_in(world.address)?;
        let mut taken = Vec::new();
        for number in (index..args.rate * args.seconds).step_by(args.connections) {
            let due = begin + Duration::from_secs_f64(1.0 + count(number) / count(args.rate));
            std::thread::park_timeout(due.saturating_duration_since(Instant::now()));
            let question = Question::of(number);
            put(&mut api, world, question, number)?;
            taken.push((question, due.elapsed().as_secs_f64() * 1e3));
        }
        Ok(taken)
    };
    std::thread::scope(|scope| {
        let askers: Vec<_> = (0..args.connections).map(|index| scope.spawn(move || connection(index))).collect();
        let mut all = Vec::new();
        for asker in askers {
            all.extend(asker.join().map_err(|_| anyhow::anyhow!("an asker panicked"))??);
        }
        Ok(all)
    })
}

fn put(api: &mut Api, world: &World, question: Question, number: usize) -> anyhow::Result<()> {
    // Another thing each time: 7919 is a prime.
    let any = number * 7919;
    let organisation = world.organisations[any % world.organisations.len()];
    let id = any % world.channels + 1;
    let path = match question {
        Question::Organisation => format!("/api/v1/channels?organisation={organisation}&below=false&per_page=100"),
        Question::Stake => format!("/api/v1/channels?query=K{}%2B{:03}&per_page=50", id / 10, id % 10 * 100),
        Question::Words => format!("/api/v1/channels?query=hrgs%20{id}&per_page=50"),
        Question::One | Question::Change => format!("/api/v1/channels/{id}"),
        Question::Overview => "/api/v1/overview".to_owned(),
        Question::Tree => "/api/v1/channels/tree".to_owned(),
        Question::Devices => format!("/api/v1/devices?organisation={organisation}&per_page=50"),
    };
    if question != Question::Change {
        return api.send("GET", &path, "").map(drop);
    }
    let change = json!({ "ids": [id], "action": "change", "set": { "add_tags": [format!("t{number}")], "remove_tags": ["重点"] } });
    api.send("POST", "/api/v1/channels/bulk", &change.to_string()).map(drop)
}

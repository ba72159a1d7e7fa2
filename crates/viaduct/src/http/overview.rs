//! The overview: one look at everything that one may see.

use std::collections::HashMap;

use std::sync::{Arc, PoisonError};

use api::{
    CameraOverview, LostCamera, MachineOverview, OnlinePoint, Overview, PatrolOverview, RelayOverview, ServerOverview,
    SourceOverview, StreamOverview, ViewOverview, WorkerOverview,
};
use axum::Json;
use axum::extract::State;
use db::{AuditFilter, ChannelRow, SnapshotFilter};
use gateway::relay::PushState;
use gateway::source::SourceState;
use hub::Phase;
use platform::devices::Lost;
use platform::people::Caller;
use platform::rights::{Action, Kind, Place};
use platform::stake::Stake;
use platform::unix_now;

use super::auth::Who;
use super::language::localised;
use super::views::rfc3339;
use super::{Failure, audit, licence, snapshots};
use crate::server::App;

/// Entries of each list.
const SHORT: usize = 8;
/// A run that stopped nowhere for so long was left without an end.
const RUN_PATIENCE_S: i64 = 900;
/// Latest runs that are looked at for those of patrols that one sees.
const RUNS: i64 = 50;

/// What somebody may see where; asked once for each place.
struct Seen<'a> {
    caller: &'a Caller,
    kind: Kind,
    at: HashMap<Place, bool>,
}

impl<'a> Seen<'a> {
    fn new(caller: &'a Caller, kind: Kind) -> Self {
        Self { caller, kind, at: HashMap::new() }
    }

    fn at(&mut self, place: &Place) -> bool {
        if let Some(known) = self.at.get(place) {
            return *known;
        }
        let may = self.caller.may(Action::View, self.kind, place);
        self.at.insert(place.clone(), may);
        may
    }
}

pub(super) async fn overview(State(app): State<Arc<App>>, Who(caller): Who) -> Result<Json<Overview>, Failure> {
    let root = |kind| caller.may(Action::View, kind, &Place::ROOT);
    let somewhere = |kind| caller.may_somewhere(Action::View, kind);
    Ok(Json(Overview {
        cameras: somewhere(Kind::Channel).then(|| cameras(&app, &caller)),
        streams: somewhere(Kind::Stream).then(|| streams(&app, &caller)),
        server: root(Kind::Server).then(|| server(&app)),
        licence: root(Kind::Server).then(|| licence::view(&app)),
        sources: root(Kind::Source).then(|| sources(&app)),
        relays: if root(Kind::Relay) { Some(relays(&app).await?) } else { None },
        snapshots: if somewhere(Kind::Snapshot) { Some(pictures(&app, &caller).await?) } else { None },
        patrols: if somewhere(Kind::Patrol) { Some(patrols(&app, &caller).await?) } else { None },
        views: if somewhere(Kind::View) { Some(views(&app, &caller).await?) } else { None },
        audit: if root(Kind::Audit) { Some(deeds(&app).await?) } else { None },
    }))
}

fn cameras(app: &App, caller: &Caller) -> CameraOverview {
    let watched = app.watch.read();
    let mut seen = Seen::new(caller, Kind::Channel);
    let counts = watched.census.counts(|place| seen.at(place));
    let lost = watched.census.lost.iter().filter(|lost| seen.at(&lost.place)).take(SHORT);
    let lost = lost.filter_map(|lost| Some(lost_view(lost, &*app.devices.known_channel(lost.channel)?))).collect();
    let point = |(at_ms, online)| OnlinePoint { at_ms, online };
    CameraOverview {
        total: counts.total,
        online: counts.online,
        offline: counts.offline,
        idle: counts.idle,
        disabled: counts.disabled,
        lost,
        history: seen.at(&Place::ROOT).then(|| watched.online.into_iter().map(point).collect()),
    }
}

fn lost_view(lost: &Lost, row: &ChannelRow) -> LostCamera {
    let stake = row.stake_m.and_then(Stake::new).map(|stake| stake.to_string()).unwrap_or_default();
    LostCamera {
        id: row.id,
        name: row.name.clone(),
        place: format!("{} {stake}", row.road_code).trim().to_owned(),
        since: base::rfc3339(lost.since_ms),
        reason: localised(&lost.why),
    }
}

fn streams(app: &App, caller: &Caller) -> StreamOverview {
    let mut seen = Seen::new(caller, Kind::Stream);
    let mut all = StreamOverview { live: 0, viewers: 0, bitrate_bps: 0 };
    for stream in app.hub.list() {
        if !seen.at(&app.devices.place_of_stream(stream.key())) {
            continue;
        }
        all.live += usize::from(stream.phase() == Phase::Live);
        all.viewers += stream.viewer_count();
        all.bitrate_bps += stream.history().recent(2).0;
    }
    all
}

fn server(app: &App) -> ServerOverview {
    let machine = app.watch.read().machine;
    let workers = app.pictures.stats();
    ServerOverview {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_s: app.started.0.elapsed().as_secs(),
        load: app.stats.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        history: app.load.lock().unwrap_or_else(PoisonError::into_inner).samples(),
        machine: MachineOverview {
            cpu_percent: machine.cpu_percent,
            processors: machine.processors,
            memory_used_bytes: machine.memory_used,
            memory_total_bytes: machine.memory_total,
            disk_used_bytes: machine.disk_used,
            disk_total_bytes: machine.disk_total,
        },
        workers: WorkerOverview { started: workers.started, died: workers.died, refused: workers.refused },
    }
}

fn sources(app: &App) -> SourceOverview {
    let states = app.sources.states();
    let fails = |state: &SourceState| matches!(state, SourceState::Failed | SourceState::BackingOff);
    let mut failing: Vec<String> =
        states.iter().filter(|(_, state)| fails(state)).map(|(key, _)| key.to_string()).collect();
    failing.sort();
    let failing_count = failing.len();
    failing.truncate(SHORT);
    let live = states.values().filter(|state| **state == SourceState::Live).count();
    SourceOverview { total: states.len(), live, failing, failing_count }
}

async fn relays(app: &App) -> Result<RelayOverview, Failure> {
    let rows = app.database.relays().await?;
    let pushes: Vec<_> = rows.iter().flat_map(|row| app.relays.status(row.id)).collect();
    let sending = pushes.iter().filter(|push| push.state == PushState::Sending).count();
    Ok(RelayOverview { total: rows.len(), sending, failing: pushes.len() - sending })
}

async fn pictures(app: &App, caller: &Caller) -> Result<Vec<api::Snapshot>, Failure> {
    let (rows, _) = app.snapshots.list(caller, &SnapshotFilter::default(), i64::MAX, SHORT).await?;
    Ok(rows.into_iter().map(snapshots::view).collect())
}

async fn patrols(app: &App, caller: &Caller) -> Result<Vec<PatrolOverview>, Failure> {
    let names: HashMap<i64, String> =
        app.patrols.list(caller).await?.into_iter().map(|row| (row.id, row.name)).collect();
    let now = unix_now();
    let mut shown: Vec<PatrolOverview> = Vec::new();
    for run in app.database.latest_patrol_runs(RUNS).await? {
        let Some(name) = names.get(&run.patrol_id) else { continue };
        let left = run.ended_at.is_none() && now - run.seen_at > RUN_PATIENCE_S;
        let ended_at = if left { Some(run.seen_at) } else { run.ended_at };
        // Of a patrol that does not run, only the last run says something.
        if ended_at.is_some() && shown.iter().any(|other| other.id == run.patrol_id) {
            continue;
        }
        shown.push(PatrolOverview {
            id: run.patrol_id,
            name: name.clone(),
            user: run.user_name,
            started_at: rfc3339(run.started_at),
            ended_at: ended_at.map(rfc3339),
        });
    }
    shown.sort_by_key(|run| run.ended_at.is_some());
    shown.truncate(SHORT);
    Ok(shown)
}

async fn views(app: &App, caller: &Caller) -> Result<Vec<ViewOverview>, Failure> {
    let mut rows = app.views.list(caller).await?;
    rows.sort_by_key(|row| (row.owner_id != caller.user.id, row.number.unwrap_or(i64::MAX)));
    let view = |row: db::ViewRow| ViewOverview { id: row.id, name: row.name, number: row.number, layout: row.layout };
    Ok(rows.into_iter().take(SHORT).map(view).collect())
}

async fn deeds(app: &App) -> Result<Vec<api::AuditEntry>, Failure> {
    let all = AuditFilter { to_ms: i64::MAX, ..AuditFilter::default() };
    let rows = app.audit.page(&all, i64::MAX, i64::try_from(SHORT).unwrap_or(i64::MAX)).await?;
    Ok(rows.into_iter().map(audit::entry).collect())
}

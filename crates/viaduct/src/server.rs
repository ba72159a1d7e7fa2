//! `viaduct serve`: wiring, start and stop.

mod demo;
mod gb28181;
mod hook_sender;
pub(crate) mod load;
mod provider_http;
mod rules;
mod state;
mod uploader;
mod watch;

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use db::{Database, ViewerSessionRow};
use device::gb28181::Gb28181;
use device::{Drivers, PushDriver, UrlDriver};
use gateway::pull::PullUrl;
use gateway::relay::Relays;
use gateway::slate::{self, Slates};
use gateway::source::{SourceSpec, Sources};
use gateway::webrtc::WebRtcPorts;
use gateway::{Config, CutAhead, Gateway, GatewayParts, Listening, Protocol, PullGuard, UdpPorts};
use hub::{Hub, SessionRecord, StreamKey};
use platform::access::TokenAccess;
use platform::accounts::{Accounts, random_token};
use platform::applications::{Applications, Output};
use platform::audit::Audit;
use platform::clock::WallClock;
use platform::devices::Devices;
use platform::downloads::Downloads;
use platform::hooks::access::HookAccess;
use platform::hooks::{HookProvider, Hooks, NamedSource, SourceStarter};
use platform::hosts::Hosts;
use platform::licence::Licence;
use platform::oidc::Oidc;
use platform::patrols::Patrols;
use platform::people::People;
use platform::playback::Playback;
use platform::ptz::{Channels, Ptz};
use platform::snapshots::Snapshots;
use platform::snapshots::plans::Plans;
use platform::snapshots::requests::Requests;
use platform::tokens::TokenSigner;
use platform::uploads::Uploads;
use platform::views::{Screens, Views};
use tokio::sync::mpsc;
use vision::{Pictures, Sounds};

use hook_sender::HttpHookSender;
pub(crate) use provider_http::HttpProvider;
pub(crate) use state::{App, Live};
use uploader::GatewayUploader;

use crate::config::{ConsoleFile, Settings, Values};
use crate::data_dir::DataDir;
use crate::devices::SimDriver;
use crate::origins::Origins;
use crate::process::CpuMeter;
use crate::{ServeArgs, certificate, http, logging};

/// Records of ended sessions that wait for the database; further ones are dropped and counted in the log.
const RECORD_QUEUE: usize = 65_536;
/// Records written in one transaction.
const RECORD_BATCH: usize = 1000;
/// Between attempts to store records while the database does not answer.
const RECORD_PAUSE: Duration = Duration::from_secs(1);
/// How long viewers get to leave when the server stops.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// Runs until a signal. If it does not come up with what the console set, it starts again with the last settings that worked.
pub(crate) fn run(args: &ServeArgs) -> anyhow::Result<ExitCode> {
    raise_file_limit();
    let up = AtomicBool::new(false);
    let outcome = run_once(args, &up);
    let Err(error) = &outcome else { return outcome };
    let console = ConsoleFile::new(&args.data_dir);
    if up.load(Ordering::Relaxed) || !console.undo(&format!("{error:#}"))? {
        return outcome;
    }
    eprintln!("viaduct: {error:#}; starting again with the settings that last worked");
    Err(again())
}

fn run_once(args: &ServeArgs, up: &AtomicBool) -> anyhow::Result<ExitCode> {
    let values = Values::read(&args.sources(), std::env::vars())?;
    let settings = Settings::from_values(&values)?;
    let log = logging::start(&settings.log_level, settings.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name("control")
        .worker_threads(2)
        .enable_all()
        .build()
        .context("starting the control runtime")?;
    let end = runtime.block_on(serve(args, values, settings, log, up))?;
    runtime.shutdown_timeout(STOP_GRACE);
    match end {
        End::Stop => Ok(ExitCode::SUCCESS),
        End::Restart => Err(again()),
    }
}

/// Why a server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Stop,
    Restart,
}

/// Puts this program, with the same arguments, in its own place; comes back only when that fails.
fn again() -> anyhow::Error {
    use std::os::unix::process::CommandExt;
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return anyhow::Error::from(error).context("finding the program to start it again"),
    };
    let error = std::process::Command::new(&program).args(std::env::args_os().skip(1)).exec();
    anyhow::Error::from(error).context(format!("starting {} again", program.display()))
}

/// Each viewer is a file handle; the soft limit of most systems is 1,024.
fn raise_file_limit() {
    let limit = rlimit::increase_nofile_limit(u64::MAX);
    if limit.is_ok_and(|limit| limit < 4096) {
        eprintln!("viaduct: the system permits few open files; raise `ulimit -n` to serve more viewers");
    }
}

async fn serve(
    args: &ServeArgs,
    values: Values,
    settings: Settings,
    log: logging::LogLevel,
    up: &AtomicBool,
) -> anyhow::Result<End> {
    // Ports first: a taken one is the most frequent reason not to start.
    let listening = Listening::bind(&settings.listeners)?;
    let addresses = listening.addresses();
    let rtsp_udp = settings.rtsp_udp.map(bind_rtsp_udp).transpose()?;
    let webrtc = bind_webrtc(&settings)?;
    let gb28181 = gb28181::Ports::bind(settings.gb28181.as_ref())?;
    let data = DataDir::open(&args.data_dir)?;
    let _lock = data.lock()?;
    let database = Database::open(&data.database(settings.database_url.as_deref())).await?;
    if args.demo {
        demo::store(&database).await?;
    }
    let certificate = certificate::load(settings.certificate.as_ref(), &data, settings.public_host.as_deref())?;
    let signer = TokenSigner::new(data.token_key()?);
    let clock = Arc::new(WallClock::new(settings.time_zone.clone()));
    let people = Arc::new(People::open(database.clone(), Arc::clone(&clock)).await?);
    let noted = data.clone();
    let audit = Audit::new(database.clone(), data.audit_key()?, move |head| noted.note_audit_head(head));
    let accounts = Arc::new(open_accounts(args, &settings, &data, &database).await?);
    let applications = Arc::new(Applications::open(database.clone(), settings.streams.clone()).await?);
    let hosts = Arc::new(Hosts::open(database.clone()).await?);
    let hub = Arc::new(Hub::new(settings.streams.clone()));
    hub.set_rules(Arc::new(rules::Rules(Arc::clone(&applications))));
    let guard = PullGuard::new();
    guard.set_allowed(&settings.pull_allow).map_err(anyhow::Error::msg)?;
    guard.set_files(data.files()?);
    guard.set_own_ports(addresses.iter().map(|(_, address)| address.port()).collect());

    let rules = Arc::clone(&applications);
    let hooks = Hooks::open(database.clone(), Arc::new(HttpHookSender::new()), data.server_id()?, rules).await?;
    let tokens = TokenAccess::new(signer.clone(), Arc::clone(&applications), args.dev);
    let oidc = Oidc::new(database.clone(), Arc::clone(&people), Arc::clone(&accounts));
    oidc.set(settings.provider(&guard)?);
    let (router, slot) = http::handler();
    let pictures = Pictures::new(settings.worker.clone());
    let sounds = Sounds::new(settings.worker.clone());
    let gateway = Gateway::new(GatewayParts {
        config: gateway_config(&settings, data.server_id()?),
        hub: Arc::clone(&hub),
        access: Arc::new(HookAccess::new(Arc::new(tokens), Arc::clone(&hooks))),
        hosts: Arc::clone(&hosts) as Arc<dyn hub::VirtualHosts>,
        control: router,
        pictures: Some(Arc::clone(&pictures)),
        sounds: Some(Arc::clone(&sounds)),
        tls: Some(certificate.material.clone()),
        rtsp_udp,
        webrtc,
    })?;
    let chosen = Arc::clone(&applications);
    let choose: slate::Choose =
        Arc::new(move |key: &StreamKey| chosen.effective(key).slate.filter(|name| !name.is_empty()));
    let per_host = settings.pull_connections_per_host;
    let sources = Sources::new(Arc::clone(&gateway), guard.clone(), per_host, Arc::clone(&choose));
    let named = HookProvider::new(Arc::clone(&hooks), Arc::new(NamedSources(Arc::clone(&sources))));
    let origins = Origins::new(Arc::clone(&applications), Arc::clone(&sources), data.server_id()?);
    let gb28181 = match gb28181 {
        Some(ports) => Some(ports.start(args.dev, &database, &sources, &guard, &gateway).await?),
        None => None,
    };
    let drivers = Arc::new(device_drivers(&hub, &sources, gb28181.as_ref()));
    let licence = Licence::open(database.clone(), Arc::clone(&clock), settings.issuer_key.clone()).await?;
    let licence = Arc::new(licence);
    tokio::spawn(Arc::clone(&licence).keep());
    let devices = Devices::open(
        database.clone(),
        Arc::clone(&people),
        Arc::clone(&drivers),
        Arc::clone(&hub),
        Arc::clone(&licence),
    );
    let devices = Arc::new(devices.await?);
    let channels = Arc::clone(&devices) as Arc<dyn Channels>;
    let ptz = Ptz::open(Arc::clone(&drivers), channels, database.clone()).await?;
    let mut providers: Vec<Arc<dyn hub::StreamProvider>> = vec![Arc::clone(&sources) as _, drivers];
    if let Some(gb28181) = &gb28181 {
        providers.push(Arc::clone(gb28181) as _);
        let kept = gb28181::keep_happenings(Arc::clone(gb28181), Arc::clone(&devices), database.clone());
        tokio::spawn(kept);
    }
    providers.extend([Arc::new(origins) as Arc<dyn hub::StreamProvider>, Arc::new(named)]);
    hub.set_providers(providers);
    start_stored_sources(&database, &sources, &clock).await?;
    let slates = Slates::new(Arc::clone(&gateway), guard.clone(), Arc::clone(&sources), choose);
    tokio::spawn(slates.run());
    tokio::spawn(gateway::cut_ahead(Arc::clone(&gateway), choose_cut(Arc::clone(&applications))));
    let relays = Relays::new(Arc::clone(&gateway), guard.clone());
    start_stored_relays(&database, &relays).await?;
    tokio::spawn(Arc::clone(&relays).run());
    keep_records(&hub, database.clone(), Arc::clone(&hooks));
    tokio::spawn(Arc::clone(&hooks).run());
    tokio::spawn(Arc::clone(&hooks).watch(Arc::clone(&hub), env!("CARGO_PKG_VERSION")));

    let snapshots = Snapshots::new(
        database.clone(),
        Arc::clone(&hub),
        Arc::clone(&pictures),
        Arc::clone(&devices),
        Arc::clone(&clock),
        data.snapshots(),
        settings.keeping,
    );
    tokio::spawn(Arc::clone(&snapshots).keep());
    let downloads = Downloads::open(database.clone(), Arc::clone(&hub), data.downloads(), settings.downloads).await?;
    tokio::spawn(Arc::clone(&downloads).run());
    let snapshot_requests = Requests::new(Arc::clone(&snapshots));
    if let Some(gb28181) = &gb28181 {
        tokio::spawn(gb28181::note_snapshots(Arc::clone(gb28181), Arc::clone(&snapshot_requests)));
    }
    let sender = Arc::new(GatewayUploader(guard.clone()));
    let uploads = Uploads::new(database.clone(), Arc::clone(&snapshots), sender);
    tokio::spawn(Arc::clone(&uploads).run());
    let snapshot_plans =
        Plans::open(database.clone(), Arc::clone(&snapshots), Arc::clone(&uploads), Arc::clone(&clock)).await?;
    tokio::spawn(Arc::clone(&snapshot_plans).run());

    let app = Arc::new(App {
        args: args.clone(),
        hub: Arc::clone(&hub),
        gateway: Arc::clone(&gateway),
        sources,
        clock,
        relays,
        pictures,
        sounds,
        snapshots,
        downloads,
        snapshot_plans,
        snapshot_requests,
        uploads,
        guard,
        accounts,
        oidc,
        views: Views::new(database.clone(), Arc::clone(&people)),
        screens: Screens::default(),
        patrols: Patrols::new(database.clone(), Arc::clone(&people)),
        playback: Playback::default(),
        people,
        devices,
        gb28181,
        licence,
        ptz,
        audit,
        applications,
        hosts,
        signer,
        database: database.clone(),
        data,
        addresses: addresses.clone(),
        started: (Instant::now(), std::time::SystemTime::now()),
        cpu: CpuMeter::new(),
        stats: std::sync::Mutex::default(),
        load: std::sync::Mutex::default(),
        watch: watch::Watch::default(),
        hooks,
        booted: values.clone(),
        console: ConsoleFile::new(&args.data_dir),
        settings_change: tokio::sync::Mutex::default(),
        restart: tokio::sync::Notify::new(),
        live: std::sync::Mutex::new(Live { values, settings, certificate }),
        log,
        events: http::EventLog::new(),
    });
    slot.fill(http::router(Arc::clone(&app)));
    tokio::spawn({
        let hub = Arc::clone(&hub);
        async move { hub.run().await }
    });
    tokio::spawn(http::sample(Arc::clone(&app)));
    tokio::spawn(watch::watch(Arc::clone(&app)));
    tokio::spawn(http::write_down_stops(Arc::clone(&app)));
    if args.demo {
        demo::start(&app);
    }
    listening.start(&gateway);
    announce(&app).await?;
    app.console.came_up();
    up.store(true, Ordering::Relaxed);
    let end = wait_for_the_end(&app).await;
    tracing::info!(?end, "Stopping.");
    gateway.stop();
    hub.close_all();
    tokio::time::sleep(STOP_GRACE).await;
    database.close().await;
    Ok(end)
}

fn bind_rtsp_udp(address: SocketAddr) -> anyhow::Result<UdpPorts> {
    anyhow::ensure!(address.port().is_multiple_of(2), "rtsp.udp_listen takes an even port: RTCP uses the next one");
    UdpPorts::bind(address).with_context(|| {
        format!("cannot receive RTP on {address} and the port above. Set rtsp.udp_listen to another address")
    })
}

fn bind_webrtc(settings: &Settings) -> anyhow::Result<Option<WebRtcPorts>> {
    let Some(address) = settings.webrtc else { return Ok(None) };
    let ports = WebRtcPorts::bind(address, settings.webrtc_public.clone());
    let ports = ports.with_context(|| {
        format!("cannot open UDP and TCP on {address} for WebRTC. Set webrtc.listen to another address, or stop the program that uses it")
    })?;
    Ok(Some(ports))
}

async fn open_accounts(
    args: &ServeArgs,
    settings: &Settings,
    data: &DataDir,
    database: &Database,
) -> anyhow::Result<Accounts> {
    let first_run = database.has_no_users().await?;
    let code = if first_run && !args.dev { Some(data.setup_code()?) } else { None };
    let accounts = Accounts::new(database.clone(), code)?;
    accounts.set_session_life(settings.session_life);
    if args.dev {
        let password = settings.admin_password.clone();
        if let Some(password) = password {
            accounts.force_admin_password(&password).await.context("auth.admin_password")?;
        } else if first_run {
            let password = random_token().chars().filter(char::is_ascii_alphanumeric).take(16).collect::<String>();
            accounts.force_admin_password(&password).await?;
            tell(&format!("User admin, password {password}"));
        }
    }
    Ok(accounts)
}

fn gateway_config(settings: &Settings, server_id: String) -> Config {
    Config {
        server_id,
        listen: settings.listeners.clone(),
        shards: settings.media_shards,
        merge_window: settings.merge_window,
        play_wait: settings.play_wait,
        hls: settings.hls,
        limits: settings.limits.clone(),
        multicast: settings.multicast.clone(),
        trusted_proxies: settings.trusted_proxies.clone(),
    }
}

async fn start_stored_sources(
    database: &Database,
    sources: &Arc<Sources>,
    clock: &Arc<WallClock>,
) -> anyhow::Result<()> {
    for row in database.sources().await? {
        match http::stored_source(&row, clock) {
            Some(spec) => sources.put(spec),
            None => tracing::warn!(source = ?row, "A stored source is not usable any more; change it in the console."),
        }
    }
    Ok(())
}

/// What can talk to devices.
fn device_drivers(hub: &Arc<Hub>, sources: &Arc<Sources>, gb28181: Option<&Arc<Gb28181>>) -> Drivers {
    let mut drivers: Vec<Arc<dyn device::DeviceDriver>> = vec![
        Arc::new(UrlDriver::new(Arc::clone(sources))),
        Arc::new(PushDriver::new(Arc::clone(hub))),
        Arc::new(SimDriver::new(Arc::clone(hub))),
    ];
    drivers.extend(gb28181.map(|driver| Arc::clone(driver) as Arc<dyn device::DeviceDriver>));
    Drivers::new(drivers)
}

/// What is cut before anybody asks: what a rule says so of and has not switched off.
fn choose_cut(applications: Arc<Applications>) -> gateway::ChooseCut {
    Arc::new(move |key| {
        // Most servers have no such rule, and this is asked for each stream every second.
        if !applications.rules().iter().any(|rule| rule.settings.cuts_always()) {
            return CutAhead::default();
        }
        let settings = applications.effective(key);
        let on = |output| settings.cuts_always() && settings.permits(output);
        CutAhead { hls: on(Output::Hls), dash: on(Output::Dash) }
    })
}

/// Starts sources that web hooks name.
struct NamedSources(Arc<Sources>);

impl SourceStarter for NamedSources {
    fn start(&self, key: &StreamKey, source: &NamedSource) -> Result<(), String> {
        let url = PullUrl::parse(&source.url, source.username.as_deref(), source.password.as_deref())?;
        self.0.put(SourceSpec { key: key.clone(), urls: vec![url], always: false, transient: true, timetable: None });
        Ok(())
    }
}

async fn start_stored_relays(database: &Database, relays: &Arc<Relays>) -> anyhow::Result<()> {
    for row in database.relays().await?.iter().filter(|row| row.enabled) {
        match http::spec_of(row) {
            Some(spec) => relays.put(spec),
            None => tracing::warn!(relay = ?row, "A stored relay is not usable any more; change it in the console."),
        }
    }
    Ok(())
}

/// Writes the records of ended sessions in batches, away from media.
fn keep_records(hub: &Hub, database: Database, hooks: Arc<Hooks>) {
    let (sender, mut receiver) = mpsc::channel::<SessionRecord>(RECORD_QUEUE);
    hub.set_record_sink(Box::new(move |record| {
        if sender.try_send(record).is_err() {
            tracing::warn!("The accounts cannot keep up; a session record was dropped.");
        }
    }));
    tokio::spawn(async move {
        let mut batch = Vec::new();
        while receiver.recv_many(&mut batch, RECORD_BATCH).await > 0 {
            hooks.sessions_ended(&batch);
            let rows: Vec<ViewerSessionRow> = batch.drain(..).map(|record| session_row(&record)).collect();
            // Meanwhile further records wait in the queue.
            while let Err(error) = database.add_viewer_sessions(&rows).await {
                tracing::error!(%error, sessions = rows.len(), "Session records cannot be stored; trying again.");
                tokio::time::sleep(RECORD_PAUSE).await;
            }
        }
    });
}

fn session_row(record: &SessionRecord) -> ViewerSessionRow {
    let since = record.since.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    ViewerSessionRow {
        vhost: record.key.vhost().to_owned(),
        stream: record.key.to_string(),
        protocol: record.protocol.to_owned(),
        subject: record.subject.clone(),
        address: record.address.to_string(),
        started_at: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        duration_ms: i64::try_from(record.duration_ms).unwrap_or(i64::MAX),
        bytes: i64::try_from(record.bytes).unwrap_or(i64::MAX),
    }
}

/// Tells people where to go.
async fn announce(app: &App) -> anyhow::Result<()> {
    for (protocol, address) in &app.addresses {
        tracing::info!(protocol = protocol.as_str(), %address, "Listening.");
        tell(&format!("listening {} {address}", protocol.as_str()));
    }
    if let Some(address) = app.gateway.rtsp_udp_address() {
        tracing::info!(protocol = "rtsp-udp", %address, "Listening.");
        tell(&format!("listening rtsp-udp {address}"));
    }
    if let Some(address) = app.gateway.webrtc_address() {
        tracing::info!(protocol = "webrtc", %address, "Listening.");
        tell(&format!("listening webrtc {address}"));
    }
    if let Some(gb28181) = &app.gb28181 {
        let address = gb28181.settings().listen;
        tracing::info!(protocol = "gb28181", %address, "Listening.");
        tell(&format!("listening gb28181 {address}"));
        if let Some(address) = gb28181.settings().tls_listen {
            tracing::info!(protocol = "gb28181-tls", %address, "Listening.");
            tell(&format!("listening gb28181-tls {address}"));
        }
    }
    let console = app.addresses.iter().find(|(protocol, _)| *protocol == Protocol::Http);
    if let Some((_, address)) = console {
        let host = if address.ip().is_unspecified() { "127.0.0.1".to_owned() } else { address.ip().to_string() };
        let path = if app.accounts.needs_setup().await? {
            format!("/setup?code={}", app.data.setup_code()?)
        } else {
            "/".to_owned()
        };
        tell(&format!("\nOpen http://{host}:{}{path}\n", address.port()));
    }
    Ok(())
}

/// Standard output is for people and scripts; logs go to standard error. Whoever stops reading misses nothing
/// that matters.
fn tell(line: &str) {
    let _reader_is_gone = writeln!(std::io::stdout(), "{line}");
}

/// SIGHUP reloads, SIGINT and SIGTERM end.
async fn wait_for_the_end(app: &Arc<App>) -> End {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut hangup), Ok(mut terminate)) = (signal(SignalKind::hangup()), signal(SignalKind::terminate())) else {
        return End::Stop;
    };
    loop {
        tokio::select! {
            _ = hangup.recv() => {
                if let Err(error) = app.reload().await {
                    tracing::error!(error = format!("{error:#}"), "The configuration was not reloaded; the old one stays.");
                }
            }
            _ = terminate.recv() => return End::Stop,
            _ = tokio::signal::ctrl_c() => return End::Stop,
            () = app.restart.notified() => return End::Restart,
        }
    }
}

//! What all handlers share, and reloading.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use api::{ReloadResult, ServerStats};
use db::Database;
use device::gb28181::Gb28181;
use gateway::relay::Relays;
use gateway::source::Sources;
use gateway::{Gateway, Protocol, PullGuard};
use hub::Hub;
use platform::accounts::Accounts;
use platform::applications::Applications;
use platform::audit::Audit;
use platform::clock::WallClock;
use platform::devices::Devices;
use platform::downloads::Downloads;
use platform::hooks::Hooks;
use platform::hosts::Hosts;
use platform::licence::Licence;
use platform::oidc::Oidc;
use platform::patrols::Patrols;
use platform::people::People;
use platform::playback::Playback;
use platform::ptz::Ptz;
use platform::snapshots::Snapshots;
use platform::snapshots::plans::Plans;
use platform::snapshots::requests::Requests;
use platform::tokens::TokenSigner;
use platform::uploads::Uploads;
use platform::views::{Screens, Views};
use vision::{Pictures, Sounds};

use crate::certificate::{self, Certificate};
use crate::config::{ConsoleFile, Reload, Settings, Values};
use crate::data_dir::DataDir;
use crate::logging::LogLevel;
use crate::process::CpuMeter;
use crate::server::load::LoadLog;
use crate::server::watch::Watch;
use crate::{ServeArgs, http};

/// The running server.
pub(crate) struct App {
    pub(crate) args: ServeArgs,
    pub(crate) hub: Arc<Hub>,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) sources: Arc<Sources>,
    /// What schedules are read against.
    pub(crate) clock: Arc<WallClock>,
    pub(crate) relays: Arc<Relays>,
    pub(crate) pictures: Arc<Pictures>,
    pub(crate) sounds: Arc<Sounds>,
    pub(crate) snapshots: Arc<Snapshots>,
    pub(crate) downloads: Arc<Downloads>,
    pub(crate) snapshot_plans: Arc<Plans>,
    pub(crate) snapshot_requests: Arc<Requests>,
    pub(crate) uploads: Arc<Uploads>,
    pub(crate) guard: PullGuard,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) oidc: Oidc,
    pub(crate) people: Arc<People>,
    pub(crate) devices: Arc<Devices>,
    /// `None`: off.
    pub(crate) gb28181: Option<Arc<Gb28181>>,
    pub(crate) licence: Arc<Licence>,
    pub(crate) views: Views,
    pub(crate) screens: Screens,
    pub(crate) patrols: Patrols,
    pub(crate) playback: Playback,
    pub(crate) ptz: Ptz,
    pub(crate) audit: Audit,
    pub(crate) applications: Arc<Applications>,
    pub(crate) hosts: Arc<Hosts>,
    pub(crate) signer: TokenSigner,
    pub(crate) database: Database,
    pub(crate) data: DataDir,
    pub(crate) addresses: Vec<(Protocol, SocketAddr)>,
    pub(crate) started: (Instant, SystemTime),
    pub(crate) cpu: CpuMeter,
    pub(crate) stats: Mutex<ServerStats>,
    pub(crate) load: Mutex<LoadLog>,
    pub(crate) watch: Watch,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) live: Mutex<Live>,
    /// What the server was started with.
    pub(crate) booted: Values,
    pub(crate) console: ConsoleFile,
    /// One change of settings at a time.
    pub(crate) settings_change: tokio::sync::Mutex<()>,
    /// Somebody asked for a restart.
    pub(crate) restart: tokio::sync::Notify,
    pub(crate) log: LogLevel,
    pub(crate) events: http::EventLog,
}

/// What a reload changes.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    pub(crate) values: Values,
    pub(crate) settings: Settings,
    pub(crate) certificate: Certificate,
}

impl App {
    pub(crate) fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The port of a protocol, if it is listened for.
    pub(crate) fn port(&self, protocol: Protocol) -> Option<u16> {
        self.addresses.iter().find(|(known, _)| *known == protocol).map(|(_, address)| address.port())
    }

    /// Reads the configuration again. Streams go on; keys that need a restart are named and keep their old value.
    pub(crate) async fn reload(&self) -> anyhow::Result<ReloadResult> {
        let values = Values::read(&self.args.sources(), std::env::vars())?;
        let settings = Settings::from_values(&values)?;
        let certificate =
            certificate::load(settings.certificate.as_ref(), &self.data, settings.public_host.as_deref())?;
        let provider = settings.provider(&self.guard)?;
        self.gateway.replace_certificate(&certificate.material)?;
        self.log.set(&settings.log_level)?;
        self.guard.set_allowed(&settings.pull_allow).map_err(anyhow::Error::msg)?;
        self.applications.set_base(settings.streams.clone());
        self.snapshots.set_keeping(settings.keeping);
        self.downloads.set_keeping(settings.downloads);
        self.licence.set_issuer(settings.issuer_key.clone());
        self.clock.set_zone(settings.time_zone.clone());
        self.accounts.set_session_life(settings.session_life);
        self.oidc.set(provider);
        let mut live = self.live();
        let (changed, needs_restart): (Vec<_>, Vec<_>) =
            live.values.differences(&values).into_iter().partition(|key| key.reload == Reload::Live);
        let names = |keys: Vec<&crate::config::Key>| keys.into_iter().map(|key| key.name.to_owned()).collect();
        let result = ReloadResult { changed: names(changed), needs_restart: names(needs_restart) };
        live.values = values;
        live.settings = settings;
        live.certificate = certificate;
        drop(live);
        tracing::info!(changed = ?result.changed, needs_restart = ?result.needs_restart, "The configuration was reloaded.");
        Ok(result)
    }
}

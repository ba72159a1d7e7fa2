//! `viaduct sim gb28181`: simulated cameras and recorders that sign in to a platform of GB/T 28181.

mod behaviour;
mod call;
mod ear;
mod fleet;
mod link;
mod live;
mod pictures;
mod plant;
mod sender;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use gateway::upload::UploadMethod;
use gb28181::Id;
use sim::{ClipConfig, DemoCamera, LoopClip};
use sip::Transport;

use crate::cameras::load_clip;
use crate::commands::{runtime, say};
use crate::logging;
use behaviour::{Behaviour, Fault, MakerProfile, Quirk, duration};
use fleet::Fleet;
use pictures::Receivers;
use plant::Plant;

/// Where the password is taken from when it is not on the command line, which others can read.
const PASSWORD_VARIABLE: &str = "VIADUCT_SIM_PASSWORD";
/// Characters of a whole code.
const CODE_DIGITS: usize = 20;
/// Addresses of this machine that are used.
const MAX_ADDRESSES: u32 = 4096;
/// How long a sign-in lasts, and how many heartbeats may be missing, until a platform says otherwise.
const EXPIRATION_S: u32 = 3600;
const MISSED_HEARTBEATS: u32 = 3;
/// A heartbeat that never comes, in time.
const NEVER: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Simulated cameras and recorders that sign in to a platform of GB/T 28181.
#[derive(Debug, Args)]
pub(crate) struct Gb28181Args {
    /// Where the platform listens for SIP.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:5060")]
    server: String,
    /// Code of the platform.
    #[arg(long, value_name = "CODE", default_value = "34020000002000000001")]
    server_id: String,
    /// Domain of the platform; by default the first ten digits of its code.
    #[arg(long)]
    domain: Option<String>,
    /// Password of all devices.
    #[arg(long, env = PASSWORD_VARIABLE, hide_env_values = true)]
    password: String,
    /// How many devices.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    devices: u32,
    /// Channels of each device.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    channels: u32,
    /// How they talk to the platform.
    #[arg(long, value_enum, default_value_t = Way::Udp)]
    transport: Way,
    /// Code of the first device; the others follow. Channels have the same digits with another type.
    #[arg(long, value_name = "CODE", default_value = "34020000001320000001")]
    first_id: String,
    /// They are recorders: their codes have type 118, and they list themselves above their channels.
    #[arg(long)]
    nvr: bool,
    /// Each device tells of an alarm this often, such as 30s.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    alarms_every: Option<Duration>,
    /// Time between heartbeats.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    heartbeat: Duration,
    /// Pause before a device that was not let in tries again.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    retry: Duration,
    /// Devices that begin in one second.
    #[arg(long, value_name = "NUMBER", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    sign_ins_per_second: u32,
    /// Addresses of this machine that devices use in turn, such as 127.0.1.1-127.0.1.40: platforms permit only so many
    /// messages a second from one address.
    #[arg(long, value_name = "IP[-IP]", value_parser = addresses)]
    from: Option<Addresses>,
    /// Invitations are taken, and nothing is sent: to load the signalling alone.
    #[arg(long)]
    no_media: bool,
    /// Do what is known of devices of a maker, and name it.
    #[arg(long, value_enum, value_name = "MAKER")]
    profile: Option<MakerProfile>,
    /// Do as devices of some makers do. Can be repeated.
    #[arg(long, value_enum, value_name = "QUIRK")]
    quirk: Vec<Quirk>,
    /// Let something go wrong: loss=2%, reorder=5%, silent-after=20s, half-open=20s, clock-jump=30, no-answer-to-invite,
    /// no-media, no-heartbeat. Can be repeated.
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,
    /// They have no loudspeaker: who would speak to them is told so.
    #[arg(long, conflicts_with = "hear")]
    no_speaker: bool,
    /// By which way they take what is said to them.
    #[arg(long, value_enum, default_value_t = Way::Udp)]
    hear_by: Way,
    /// Folder for what is said to them, a WAV file for each broadcast.
    #[arg(long, value_name = "DIR")]
    hear: Option<PathBuf>,
    /// How they send pictures that the platform orders.
    #[arg(long, value_enum, default_value_t = UploadBy::Post)]
    upload_by: UploadBy,
    /// A host besides the platform that pictures may be sent to. Can be repeated.
    #[arg(long, value_name = "HOST")]
    upload_to: Vec<String>,
    /// Folder for encoded clips.
    #[arg(long, value_name = "DIR", default_value = "viaduct-data/demo")]
    cache: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    Udp,
    Tcp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum UploadBy {
    Post,
    Put,
}

/// Addresses one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Addresses(Vec<IpAddr>);

/// Reads one address, or the first and the last.
fn addresses(text: &str) -> Result<Addresses, String> {
    let wrong = || format!("write an address, or the first and the last of at most {MAX_ADDRESSES} of IPv4");
    if let Ok(one) = text.parse() {
        return Ok(Addresses(vec![one]));
    }
    let (first, last) = text.split_once('-').ok_or_else(wrong)?;
    let number = |text: &str| text.parse::<Ipv4Addr>().map(u32::from).map_err(|_| wrong());
    let (first, last) = (number(first)?, number(last)?);
    if last < first || last - first >= MAX_ADDRESSES {
        return Err(wrong());
    }
    Ok(Addresses((first..=last).map(|number| Ipv4Addr::from(number).into()).collect()))
}

/// What all devices have in common. Without `Debug`, for the password.
struct Setup {
    server: SocketAddr,
    /// In turn; empty to leave it to the system.
    from: Vec<IpAddr>,
    transport: Transport,
    server_id: Id,
    domain: String,
    password: String,
    first_id: Id,
    is_nvr: bool,
    devices: u32,
    channels: u32,
    heartbeat: Duration,
    retry: Duration,
    sign_ins_per_s: f64,
    alarms_every: Option<Duration>,
    has_speaker: bool,
    hear_by: gb28181::sdp::Transport,
    /// For what is said to devices.
    heard: Option<PathBuf>,
    upload_by: UploadMethod,
    /// Hosts besides the platform that pictures may go to.
    picture_hosts: Arc<[String]>,
    /// Who devices say that they are of.
    maker: Option<&'static str>,
    behaviour: Arc<Behaviour>,
    cameras: Arc<Vec<DemoCamera>>,
    /// Of the first cameras of the demonstration; empty when nothing is sent.
    clips: Vec<Arc<LoopClip>>,
}

/// Runs until a signal.
pub(crate) fn gb28181(args: &Gb28181Args) -> anyhow::Result<ExitCode> {
    let _level = logging::start("info", crate::config::LogFormat::Text)?;
    // With fewer files than devices, opening their sockets says so.
    let _limit = rlimit::increase_nofile_limit(u64::MAX);
    runtime()?.block_on(async {
        let setup = Arc::new(Setup::new(args).await?);
        let stop = async { drop(tokio::signal::ctrl_c().await) };
        Fleet::new(setup)?.run(stop).await
    })?;
    Ok(ExitCode::SUCCESS)
}

fn whole_code(text: &str, option: &str) -> anyhow::Result<Id> {
    let is_whole = text.len() == CODE_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    anyhow::ensure!(is_whole, "--{option} is a code of {CODE_DIGITS} digits");
    Ok(Id::new(text)?)
}

impl Setup {
    async fn new(args: &Gb28181Args) -> anyhow::Result<Self> {
        let server_id = whole_code(&args.server_id, "server-id")?;
        let mut addresses = tokio::net::lookup_host(&args.server).await.context("--server is HOST:PORT")?;
        let server = addresses.next().context("--server has no address")?;
        // The platform may name itself as we do.
        let host = args.server.rsplit_once(':').map(|(host, _)| host.to_owned());
        let cameras = sim::demo_cameras();
        let mut clips = Vec::new();
        let shown = args.devices.saturating_mul(args.channels) as usize;
        for camera in cameras.iter().take(if args.no_media { 0 } else { shown }) {
            clips.push(load_clip(&args.cache, camera).await?);
        }
        Ok(Self {
            server,
            from: args.from.clone().map(|addresses| addresses.0).unwrap_or_default(),
            transport: if args.transport == Way::Udp { Transport::Udp } else { Transport::Tcp },
            domain: args.domain.clone().unwrap_or_else(|| args.server_id[..10].to_owned()),
            server_id,
            password: args.password.clone(),
            first_id: whole_code(&args.first_id, "first-id")?,
            is_nvr: args.nvr,
            devices: args.devices,
            channels: args.channels,
            heartbeat: args.heartbeat.max(Duration::from_secs(1)),
            retry: args.retry.max(Duration::from_secs(1)),
            sign_ins_per_s: f64::from(args.sign_ins_per_second),
            alarms_every: args.alarms_every.map(|every| every.max(Duration::from_millis(100))),
            has_speaker: !args.no_speaker,
            hear_by: match args.hear_by {
                Way::Udp => gb28181::sdp::Transport::Udp,
                Way::Tcp => gb28181::sdp::Transport::Tcp,
            },
            heard: args.hear.clone(),
            upload_by: match args.upload_by {
                UploadBy::Post => UploadMethod::Post,
                UploadBy::Put => UploadMethod::Put,
            },
            picture_hosts: args.upload_to.iter().cloned().chain(host).collect(),
            maker: args.profile.map(MakerProfile::maker),
            behaviour: Arc::new(Behaviour {
                quirks: args
                    .profile
                    .map(MakerProfile::quirks)
                    .unwrap_or_default()
                    .iter()
                    .chain(&args.quirk)
                    .copied()
                    .collect(),
                faults: args.fault.clone(),
            }),
            cameras: Arc::new(cameras),
            clips,
        })
    }

    fn plant(&self, number: u32) -> anyhow::Result<Plant> {
        let mut plant = Plant::new(&self.first_id, number, self.channels, self.is_nvr, &self.cameras)?;
        plant.has_speaker = self.has_speaker;
        plant.maker = self.maker.unwrap_or("Viaduct");
        plant.finds_all_only = self.behaviour.has(Quirk::RecordsOnlyAll);
        let heartbeat_s = u32::try_from(self.heartbeat.as_secs()).unwrap_or(u32::MAX);
        plant.set_times(EXPIRATION_S, heartbeat_s, MISSED_HEARTBEATS);
        plant.receivers = Receivers { platform: self.server.ip(), others: Arc::clone(&self.picture_hosts) };
        Ok(plant)
    }

    fn options(&self, id: &Id) -> gb28181::device::Options {
        let usual = gb28181::device::Options::new(id.clone(), self.server_id.clone(), &self.domain, &self.password);
        let heartbeat = if self.behaviour.fails(Fault::NoHeartbeat) { NEVER } else { self.heartbeat };
        let retry = self.pause();
        let expires = Duration::from_secs(EXPIRATION_S.into());
        let missed_heartbeats = MISSED_HEARTBEATS;
        let user_agent = match self.maker {
            Some(maker) => format!("Viaduct simulator of {maker}"),
            None => "Viaduct simulator".to_owned(),
        };
        let one_by_one = self.behaviour.has(Quirk::CatalogOneByOne);
        let items_per_message = if one_by_one { NonZeroUsize::MIN } else { usual.items_per_message };
        let quirks = self.behaviour.quirks.iter().filter_map(|quirk| quirk.of_signalling()).collect();
        gb28181::device::Options {
            expires,
            heartbeat,
            missed_heartbeats,
            retry,
            user_agent,
            items_per_message,
            quirks,
            ..usual
        }
    }

    /// Before a device tries again: not all at the same time.
    fn pause(&self) -> Duration {
        self.retry.mul_f64(rand::random_range(1.0..1.5))
    }

    /// From which address a device comes.
    fn from(&self, index: usize) -> Option<IpAddr> {
        self.from.get(index.checked_rem(self.from.len())?).copied()
    }

    /// What a channel shows.
    fn footage(&self, scene: usize) -> (Arc<LoopClip>, ClipConfig) {
        (Arc::clone(&self.clips[scene % self.clips.len()]), self.cameras[scene].clip.clone())
    }
}

/// Milliseconds since 1970 began in UTC.
fn unix_ms() -> u64 {
    u64::try_from(platform::unix_now_ms()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_one_or_a_range() {
        let of = |text: &str| addresses(text).map(|addresses| addresses.0.len());
        assert_eq!((of("::1"), of("127.0.0.1"), of("127.0.0.255-127.0.1.4")), (Ok(1), Ok(1), Ok(6)));
        for text in ["", "x", "127.0.0.2-127.0.0.1", "127.0.0.1-", "0.0.0.0-255.255.255.255", "::1-::2"] {
            assert!(of(text).is_err(), "{text}");
        }
    }
}

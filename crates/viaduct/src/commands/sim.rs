//! `viaduct sim`: simulated road cameras for other servers.

mod gb28181;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use gateway::push::{PushTarget, push_stream};
use gateway::{Config, Gateway, GatewayParts, HlsConfig, Limits, Listen, Listening, Protocol, PullGuard, UdpPorts};
use hub::{Hub, StreamKey, StreamOptions};
use platform::access::OpenAccess;
use sim::{AudioCodec, VideoCodec};

use super::{runtime, say};
use crate::cameras::{adjust, load_clip, publish_clip, publish_live, write_truth};
use crate::{http, logging};

/// Pause before a push that failed is tried again.
const PUSH_RETRY: Duration = Duration::from_secs(3);

/// Simulated road cameras.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SimArgs {
    #[command(subcommand)]
    others: Option<Others>,
    /// How many; beyond the eight different scenes they repeat.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    cameras: u32,
    /// Encoded once and repeated, or drawn as time passes.
    #[arg(long, value_enum, default_value_t = Mode::Loop)]
    mode: Mode,
    /// H.265 needs the ffmpeg program.
    #[arg(long, value_enum, default_value_t = Codec::H264)]
    codec: Codec,
    /// AAC needs the ffmpeg program.
    #[arg(long, value_enum, default_value_t = Sound::G711a)]
    audio: Sound,
    /// Serve them as rtsp://ADDRESS/sim/NAME to anyone who can reach the address; port 0 picks a free one.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8555")]
    listen: SocketAddr,
    /// Also push each to rtmp://host/app/NAME (give rtmp://host/app).
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// Write the ground truth (boxes, tracks, events) as NAME.jsonl into this folder.
    #[arg(long, value_name = "DIR")]
    truth: Option<PathBuf>,
    /// Folder for encoded clips.
    #[arg(long, value_name = "DIR", default_value = "viaduct-data/demo")]
    cache: PathBuf,
}

/// Devices that come to a server, instead of cameras that it goes to.
#[derive(Debug, Subcommand)]
enum Others {
    /// Cameras and recorders that sign in to a platform of GB/T 28181.
    Gb28181(Box<gb28181::Gb28181Args>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    Loop,
    Live,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Codec {
    H264,
    H265,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sound {
    G711a,
    Aac,
    None,
}

/// Runs until a signal.
pub(crate) fn sim(args: &SimArgs) -> anyhow::Result<ExitCode> {
    if let Some(Others::Gb28181(devices)) = &args.others {
        return gb28181::gb28181(devices);
    }
    let _level = logging::start("info", crate::config::LogFormat::Text)?;
    if let Some(folder) = &args.truth {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    runtime()?.block_on(async {
        let hub = Arc::new(Hub::new(StreamOptions::default()));
        let address = serve(args, &hub)?;
        let housekeeping = Arc::clone(&hub);
        tokio::spawn(async move { housekeeping.run().await });
        tokio::select! {
            started = start_cameras(args, &hub, address) => { started?; tokio::signal::ctrl_c().await?; }
            stopped = tokio::signal::ctrl_c() => stopped?,
        }
        anyhow::Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Only RTSP is listened for; whoever reaches the address may watch, as with a camera without password. Returns
/// the address, with the port that the system picked for 0.
fn serve(args: &SimArgs, hub: &Arc<Hub>) -> anyhow::Result<SocketAddr> {
    let listening = Listening::bind(&[Listen { protocol: Protocol::Rtsp, address: args.listen }])?;
    let (control, _nothing_but_media) = http::handler();
    let gateway = Gateway::new(GatewayParts {
        config: Config {
            server_id: String::new(),
            listen: Vec::new(),
            shards: 1,
            merge_window: Duration::ZERO,
            play_wait: Duration::from_secs(5),
            hls: HlsConfig::default(),
            limits: Limits::default(),
            multicast: None,
            trusted_proxies: Vec::new(),
        },
        hub: Arc::clone(hub),
        access: Arc::new(OpenAccess),
        hosts: Arc::new(hub::DefaultHostOnly),
        control,
        pictures: None,
        sounds: None,
        tls: None,
        rtsp_udp: Some(UdpPorts::bind(SocketAddr::new(args.listen.ip(), 0)).context("opening ports for RTP by UDP")?),
        webrtc: None,
    })?;
    let address = listening.addresses().first().map_or(args.listen, |(_, address)| *address);
    listening.start(&gateway);
    Ok(address)
}

async fn start_cameras(args: &SimArgs, hub: &Arc<Hub>, address: SocketAddr) -> anyhow::Result<()> {
    let scenes = sim::demo_cameras();
    let codec = match args.codec {
        Codec::H264 => VideoCodec::H264,
        Codec::H265 => VideoCodec::H265,
    };
    let audio = match args.audio {
        Sound::G711a => Some(AudioCodec::G711A),
        Sound::Aac => Some(AudioCodec::Aac),
        Sound::None => None,
    };
    let mut clips = Vec::new();
    for number in 0..args.cameras as usize {
        let (scene, round) = (number % scenes.len(), number / scenes.len());
        let mut camera = scenes[scene].clone();
        adjust(&mut camera, codec, audio);
        let name = if round == 0 { camera.name.to_owned() } else { format!("{}-{round}", camera.name) };
        let key = StreamKey::new("sim", &name)?;
        let truth = args.truth.as_ref().map(|folder| folder.join(format!("{name}.jsonl")));
        if args.mode == Mode::Live {
            tokio::spawn(publish_live(Arc::clone(hub), key.clone(), camera.clip, truth));
        } else {
            if round == 0 {
                clips.push(load_clip(&args.cache, &camera).await?);
            }
            let clip = Arc::clone(&clips[scene]);
            if let Some(path) = truth {
                write_truth(&path, &camera.clip, &clip)?;
            }
            tokio::spawn(publish_clip(Arc::clone(hub), key.clone(), clip));
        }
        say(&format!("rtsp://{address}/{key}"));
        if let Some(to) = &args.to {
            let target =
                PushTarget::parse(&format!("{}/{name}", to.trim_end_matches('/'))).map_err(anyhow::Error::msg)?;
            tokio::spawn(push_for_ever(Arc::clone(hub), key, target));
        }
    }
    Ok(())
}

async fn push_for_ever(hub: Arc<Hub>, key: StreamKey, target: PushTarget) {
    let guard = PullGuard::new();
    if guard.set_allowed(&["0.0.0.0/0".to_owned(), "::/0".to_owned()]).is_err() {
        return;
    }
    loop {
        if let Ok(open) = hub.open(&key, Duration::from_secs(60)).await
            && let Err(failure) = push_stream(open.stream, &target, &guard).await
        {
            tracing::warn!(stream = %key, error = %failure, next_step = failure.next_step, "A push failed.");
        }
        tokio::time::sleep(PUSH_RETRY).await;
    }
}

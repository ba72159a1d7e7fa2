//! A device of GB/T 28181 that others have written (`gb28181-rs`), with pictures that count.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gb28181_rs::config::{CatalogChannel, Gb28181Config, Transport};
use gb28181_rs::frame::{AccessUnit, FrameSource, FrameSubscription, Nalu};
use gb28181_rs::info_query::{
    CruisePointInfo, CruiseTrackDetail, CruiseTrackInfo, HomePositionInfo, InfoQueryProvider, SdCardInfo,
};
use gb28181_rs::manscdp::{DeviceUpgradeCmd, OsdConfigCfg, PtzCommand};
use gb28181_rs::server::{AudioTalkbackSink, DeviceConfigHandler, DeviceControlHandler, Gb28181Server, ServerHandle};
use gb28181_rs::snapshot::{SnapshotCommand, SnapshotExchange, SnapshotExecutor};
use gb28181_rs::subscribe::DeviceNotifier;
use gb28181_rs::upgrade::{DeviceUpgradeExchange, DeviceUpgradeOutcome, DeviceUpgrader};
use gb28181_rs::{RecordingSource, SegmentMeta};
use tempfile::TempDir;
use testkit::clips::{Clip, path_text, words};
use testkit::{Server, process};

pub(crate) const DEVICE: &str = "34020000001180000001";
pub(crate) const CAMERA: &str = "34020000001320000001";
pub(crate) const FIXED: &str = "34020000001320000002";
pub(crate) const PASSWORD: &str = "correct-horse-9";
/// Pictures in a second.
pub(crate) const FPS: u64 = 25;
/// Seconds that Beijing time is ahead of UTC.
const BEIJING_S: i64 = 8 * 3600;
/// Seconds of its recording.
pub(crate) const RECORDED_S: u64 = 60;

/// What the device was told to do, and its home position.
#[derive(Default)]
pub(crate) struct Orders(pub(crate) Mutex<Vec<String>>, Mutex<Option<HomePositionInfo>>);

impl DeviceControlHandler for Orders {
    fn on_ptz(&self, command: &PtzCommand) {
        self.0.lock().unwrap().push(format!("{command:?}"));
    }

    fn on_guard(&self, arm: bool) {
        self.0.lock().unwrap().push(format!("guard {arm}"));
    }

    fn on_force_iframe(&self) {
        self.0.lock().unwrap().push("key frame".to_owned());
    }

    fn on_home_position(&self, enabled: u32, reset_s: Option<u32>, preset: Option<u32>) {
        self.0.lock().unwrap().push(format!("home {enabled} {reset_s:?} {preset:?}"));
        let [enabled, reset_s, preset] = [Some(enabled), reset_s, preset].map(|value| value.map(u32::cast_signed));
        let home =
            HomePositionInfo { enabled: enabled.unwrap_or_default(), reset_time_secs: reset_s, preset_index: preset };
        *self.1.lock().unwrap() = Some(home);
    }

    fn on_format_sd_card(&self, card: u32) {
        self.0.lock().unwrap().push(format!("format {card}"));
    }
}

impl DeviceConfigHandler for Orders {
    fn on_basic_param(
        &self,
        name: Option<&str>,
        expiration: Option<u64>,
        heartbeat_interval: Option<u64>,
        heartbeat_count: Option<u32>,
    ) {
        let told = format!("basic {name:?} {expiration:?} {heartbeat_interval:?} {heartbeat_count:?}");
        self.0.lock().unwrap().push(told);
    }

    fn on_frame_mirror(&self, mode: u32) {
        self.0.lock().unwrap().push(format!("mirror {mode}"));
    }

    fn on_osd_config(&self, config: &OsdConfigCfg) {
        self.0.lock().unwrap().push(format!("osd {config:?}"));
    }
}

/// What the device tells of its parts: two cruises, a home position, two memory cards.
struct Parts(Arc<Orders>);

impl InfoQueryProvider for Parts {
    fn home_position(&self) -> Option<HomePositionInfo> {
        self.0.1.lock().unwrap().clone()
    }

    fn cruise_track_list(&self) -> Option<Vec<CruiseTrackInfo>> {
        let track = |number, name: &str| CruiseTrackInfo { number, name: name.to_owned() };
        Some(vec![track(1, "夜间"), track(0, "白天")])
    }

    fn cruise_track(&self, number: i32) -> Option<CruiseTrackDetail> {
        let point = |preset_index| CruisePointInfo { preset_index, stay_time_secs: 15, speed: 5 };
        Some(CruiseTrackDetail { number, name: String::new(), points: vec![point(number + 1), point(number + 2)] })
    }

    fn sd_card_status(&self) -> Option<Vec<SdCardInfo>> {
        let card = |id, status: &str, format_progress, free_space_mb| SdCardInfo {
            id,
            hdd_name: format!("card{id}"),
            status: status.to_owned(),
            format_progress,
            capacity_mb: 128_000,
            free_space_mb,
        };
        Some(vec![card(1, "ok", None, 4096), card(2, "formatting", Some(40), 0)])
    }
}

/// Takes what it is told to install: of an address that ends with `good.bin` it says that all went well.
struct Installer;

impl DeviceUpgrader for Installer {
    fn upgrade(&self, order: DeviceUpgradeCmd) -> DeviceUpgradeExchange {
        Box::pin(async move {
            let success = order.file_url.ends_with("good.bin");
            let firmware = if success { order.firmware } else { "V1".to_owned() };
            let failed_reason = if success { String::new() } else { "02".to_owned() };
            Ok(DeviceUpgradeOutcome { success, firmware, failed_reason })
        })
    }
}

/// Takes pictures that it was ordered, and sends them as it was told.
struct Photographer {
    uploads: Uploads,
}

/// What a device sends when it is asked for pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uploads {
    /// It can take none.
    None,
    /// A body each.
    Bodies,
    /// A form each, by the name of a browser.
    Forms,
    /// The first alone.
    One,
    /// Texts.
    Texts,
}

impl SnapshotExecutor for Photographer {
    fn execute(&self, order: SnapshotCommand) -> SnapshotExchange {
        let uploads = self.uploads;
        Box::pin(async move { tokio::task::spawn_blocking(move || upload(uploads, &order)).await? })
    }
}

fn upload(uploads: Uploads, order: &SnapshotCommand) -> anyhow::Result<Vec<String>> {
    let folder = tempfile::tempdir()?;
    let count = if uploads == Uploads::One { 1 } else { order.snap_num };
    let mut sent = Vec::new();
    for number in 1..=count {
        let file = folder.path().join(format!("{number}.jpg"));
        picture(&file, number, uploads);
        let data = match uploads {
            Uploads::Forms => words("-F SessionID=1 -F"),
            _ => words("-H Content-Type:image/jpeg --data-binary"),
        };
        let value = if uploads == Uploads::Forms { "file=@" } else { "@" };
        let mut arguments = words("-s -f -o /dev/null");
        arguments.extend(data);
        arguments.push(format!("{value}{}", path_text(&file)));
        arguments.push(order.upload_url.clone());
        if process::run("curl", arguments, Duration::from_secs(20)).0 {
            sent.push(format!("{CAMERA}02{number:019}"));
        }
    }
    Ok(sent)
}

/// A picture that is another one for each number.
fn picture(file: &Path, number: u32, uploads: Uploads) {
    if uploads == Uploads::Texts {
        return std::fs::write(file, "no picture").unwrap();
    }
    let mut arguments = words("-v error -nostdin -y -f lavfi -i");
    arguments.push(format!("testsrc=s=320x{}", 180 + 2 * number));
    arguments.extend(words("-frames:v 1"));
    arguments.push(path_text(file));
    let (done, _, errors) = process::run("ffmpeg", arguments, Duration::from_secs(60));
    assert!(done, "{errors}");
}

/// One recording.
struct Archive {
    folder: TempDir,
    /// As it is, and as its times read in Beijing time, which the device writes in the zone of this machine.
    segments: [SegmentMeta; 2],
}

impl RecordingSource for Archive {
    fn lookup(&self, start_ms: u64, end_ms: u64) -> Vec<SegmentMeta> {
        let overlaps = |segment: &&SegmentMeta| segment.start_ms <= end_ms && start_ms <= segment.end_ms;
        self.segments.iter().find(overlaps).cloned().into_iter().collect()
    }

    fn resolve_path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }
}

/// Pictures that wait for a session. The device asks for two, which it does not take in time on a machine with other work.
const KEPT_PICTURES: usize = 256;

/// Gives pictures to the device's sessions.
#[derive(Default)]
pub(crate) struct Pictures {
    sessions: Mutex<HashMap<u64, mpsc::SyncSender<AccessUnit>>>,
    last: AtomicU64,
}

impl Pictures {
    /// Sessions that take pictures.
    pub(crate) fn subscriber_count(&self) -> usize {
        self.sessions.lock().unwrap().len()
    }

    fn write(&self, unit: &AccessUnit) {
        for session in self.sessions.lock().unwrap().values() {
            // One that is over has not been taken away yet.
            let _gone = session.try_send(unit.clone());
        }
    }
}

impl FrameSource for Pictures {
    fn subscribe_with_capacity(&self, capacity: usize) -> FrameSubscription {
        let (sender, receiver) = mpsc::sync_channel(capacity.max(KEPT_PICTURES));
        let id = self.last.fetch_add(1, Ordering::Relaxed);
        self.sessions.lock().unwrap().insert(id, sender);
        FrameSubscription { id, receiver }
    }

    fn unsubscribe(&self, id: u64) {
        self.sessions.lock().unwrap().remove(&id);
    }
}

/// How a device is set.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) password: String,
    pub(crate) transport: Transport,
    /// Where it signs in, if that is not at the server itself.
    pub(crate) port: Option<u16>,
    /// What its loudspeaker played; without it has none.
    pub(crate) loudspeaker: Option<Arc<Loudspeaker>>,
    pub(crate) uploads: Uploads,
    pub(crate) is_configurable: bool,
}

/// Bytes of G.711 that a device was sent.
#[derive(Default)]
pub(crate) struct Loudspeaker(pub(crate) Mutex<Vec<u8>>);

impl AudioTalkbackSink for Loudspeaker {
    fn on_audio(&self, payload: &[u8], _ssrc: u32) {
        self.0.lock().unwrap().extend_from_slice(payload);
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            password: PASSWORD.to_owned(),
            transport: Transport::Udp,
            port: None,
            loudspeaker: None,
            uploads: Uploads::None,
            is_configurable: true,
        }
    }
}

/// A device that runs until it is dropped.
pub(crate) struct Device {
    pub(crate) orders: Arc<Orders>,
    pub(crate) frames: Arc<Pictures>,
    pub(crate) notifier: Arc<DeviceNotifier>,
    /// When its recording begins as the platform reads it, Unix seconds.
    pub(crate) recorded_from_s: u64,
    handle: Option<ServerHandle>,
    runtime: Option<tokio::runtime::Runtime>,
    stop: Arc<AtomicBool>,
    camera: Option<JoinHandle<()>>,
}

impl Device {
    pub(crate) fn start(server: &Server, options: &Options) -> Self {
        let units = pictures();
        let archive = archive(&units);
        let recorded_from_s = archive.segments[1].start_ms / 1000;
        let (orders, frames) = (Arc::new(Orders::default()), Arc::new(Pictures::default()));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let config = config(server, options);
        let device = Gb28181Server::with_recording_index(config, frames.clone(), Some(Arc::new(archive)))
            .with_control_handler(Some(orders.clone()));
        let device = match options.loudspeaker.clone() {
            Some(loudspeaker) => device.with_audio_sink(loudspeaker),
            None => device,
        };
        let configured = orders.clone() as Arc<dyn DeviceConfigHandler>;
        let device = device.with_config_handler(options.is_configurable.then_some(configured));
        let uploads = options.uploads;
        let device = device.with_snapshot_executor(
            (uploads != Uploads::None).then(|| -> Arc<dyn SnapshotExecutor> { Arc::new(Photographer { uploads }) }),
        );
        let device = device
            .with_info_query_provider(Some(Arc::new(Parts(Arc::clone(&orders)))))
            .with_device_upgrader(Some(Arc::new(Installer)));
        let notifier = device.device_notifier();
        let handle = runtime.block_on(device.spawn()).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let camera = std::thread::spawn({
            let (frames, stop) = (Arc::clone(&frames), Arc::clone(&stop));
            move || film(&units, &frames, &stop)
        });
        let (handle, runtime, camera) = (Some(handle), Some(runtime), Some(camera));
        Self { orders, frames, notifier, recorded_from_s, handle, runtime, stop, camera }
    }

    /// It is gone without a word.
    pub(crate) fn crash(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(handle) = self.handle.take() {
            handle.abort();
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        if let Some(camera) = self.camera.take() {
            camera.join().unwrap();
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.end();
    }
}

fn config(server: &Server, options: &Options) -> Gb28181Config {
    let below = |code: &str, name: &str, status: &str, ptz_type| CatalogChannel {
        device_id: code.to_owned(),
        name: name.to_owned(),
        manufacturer: "Acme".to_owned(),
        model: "M1".to_owned(),
        status: status.to_owned(),
        ptz_type: Some(ptz_type),
        photoelectric_imaging_type: None,
    };
    Gb28181Config {
        enabled: true,
        platform_sip_address: "127.0.0.1".to_owned(),
        platform_sip_port: options.port.unwrap_or_else(|| server.address("gb28181").port()),
        device_id: DEVICE.to_owned(),
        channel_id: CAMERA.to_owned(),
        sip_domain: "3402000000".to_owned(),
        password: options.password.clone(),
        local_sip_port: testkit::upstream::free_port(),
        register_interval_secs: 3600,
        heartbeat_interval_secs: 1,
        transport: options.transport,
        protocol_version: Some("3.0".to_owned()),
        manufacturer: Some("Acme".to_owned()),
        video_param_opt_download_speed: "1/2/4".to_owned(),
        video_param_opt_resolution: "5/6".to_owned(),
        extra_channels: vec![below(CAMERA, "K128+100 上行", "ON", 1), below(FIXED, "K128+200 下行", "OFF", 3)],
        ..Gb28181Config::default()
    }
}

/// The pictures of a clip that counts, one access unit each.
fn pictures() -> Vec<Vec<Nalu>> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pictures.h264");
    let mut arguments = words("-v error -nostdin -y -i");
    arguments.push(path_text(&Clip::H264.path()));
    arguments.extend(words("-map 0:v -c copy -bsf:v h264_mp4toannexb,h264_metadata=aud=insert -f h264"));
    arguments.push(path_text(&out));
    let (done, _, errors) = process::run("ffmpeg", arguments, Duration::from_secs(60));
    assert!(done, "{errors}");
    let mut units: Vec<Vec<Nalu>> = Vec::new();
    for nalu in nalus(&std::fs::read(out).unwrap()) {
        match (nalu.is_aud, units.last_mut()) {
            (true, _) => units.push(Vec::new()),
            (false, Some(unit)) => unit.push(nalu),
            (false, None) => panic!("the first unit has no delimiter"),
        }
    }
    units
}

fn nalus(bytes: &[u8]) -> Vec<Nalu> {
    let starts: Vec<usize> =
        bytes.windows(3).enumerate().filter(|(_, three)| *three == [0, 0, 1]).map(|(at, _)| at + 3).collect();
    let ends = starts.iter().skip(1).map(|next| next - 3).chain([bytes.len()]);
    let parts = starts.iter().zip(ends).map(|(start, end)| &bytes[*start..end]);
    let trimmed = parts.map(|part| part.strip_suffix(&[0]).unwrap_or(part).to_vec());
    trimmed.filter(|data| !data.is_empty()).map(nalu).collect()
}

fn nalu(data: Vec<u8>) -> Nalu {
    let nalu_type = data[0] & 0x1F;
    let is = |wanted| nalu_type == wanted;
    Nalu { nalu_type, is_idr: is(5), is_sps: is(7), is_pps: is(8), is_aud: is(9), data }
}

fn film(units: &[Vec<Nalu>], frames: &Pictures, stop: &AtomicBool) {
    let start = Instant::now();
    for (at, unit) in (0u32..).zip(units.iter().cycle()) {
        let due = start + Duration::from_micros(1_000_000 / FPS) * at;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let is_key_frame = unit.iter().any(|nalu| nalu.is_idr);
        frames.write(&AccessUnit { nalus: unit.clone(), timestamp: due, is_key_frame });
    }
}

/// A recording of an hour ago, in the form that the device reads.
fn archive(units: &[Vec<Nalu>]) -> Archive {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segment.h264");
    let (mut bytes, mut times) = (Vec::new(), String::new());
    for (at, unit) in (0u64..RECORDED_S * FPS).zip(units.iter().cycle()) {
        for nalu in unit {
            bytes.extend_from_slice(&[0, 0, 0, 1]);
            bytes.extend_from_slice(&nalu.data);
        }
        times += &format!("{{\"pts_ms\":{}}}\n", at * 1000 / FPS);
    }
    std::fs::write(&path, bytes).unwrap();
    std::fs::write(gb28181_rs::segment::sidecar_path(&path), times).unwrap();
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let zone_s = gb28181_rs::manscdp::device_local_offset_secs();
    let segment = |start_s: u64| {
        let start_ms = start_s * 1000;
        SegmentMeta { file: "segment.h264".to_owned(), start_ms, end_ms: start_ms + RECORDED_S * 1000 }
    };
    let start_s = now_s - 3600;
    let segments = [segment(start_s), segment(start_s.saturating_add_signed(zone_s - BEIJING_S))];
    Archive { folder, segments }
}

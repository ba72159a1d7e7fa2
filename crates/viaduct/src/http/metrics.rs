//! Prometheus metrics (text format 0.0.4), behind the right of an administrator.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use hub::key::DEFAULT_VHOST;
use hub::{Phase, Stream};

use crate::process::memory_bytes;
use crate::server::App;

pub(super) async fn read(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text(&app))
}

fn text(app: &App) -> String {
    let mut out = String::new();
    for (name, value) in app.gateway.metrics().read() {
        metric(&mut out, &format!("gateway_{name}_total"), "counter", value);
    }
    let streams = app.hub.list();
    let live = streams.iter().filter(|stream| stream.phase() == Phase::Live).count();
    metric(&mut out, "hub_live_streams", "gauge", live as u64);
    metric(&mut out, "hub_viewers", "gauge", streams.iter().map(|stream| stream.viewer_count() as u64).sum());
    for (name, of) in [("hub_host_live_streams", count_live as fn(&Stream) -> u64), ("hub_host_viewers", count_viewers)]
    {
        by_host(&mut out, app, &streams, name, of);
    }
    metric(&mut out, "gateway_open_connections", "gauge", app.gateway.connections() as u64);
    let pictures = app.pictures.stats();
    for (name, value) in [("started", pictures.started), ("died", pictures.died)] {
        metric(&mut out, &format!("vision_workers_{name}_total"), "counter", value);
    }
    metric(&mut out, "vision_pictures_refused_total", "counter", pictures.refused);
    let sounds = app.sounds.stats();
    metric(&mut out, "vision_sounds_running", "gauge", sounds.running);
    for (name, value) in
        [("started", sounds.started), ("failures", sounds.failed), ("dropped_units", sounds.dropped_units)]
    {
        metric(&mut out, &format!("vision_sounds_{name}_total"), "counter", value);
    }
    metric(&mut out, "gateway_open_packagers", "gauge", app.gateway.packagers() as u64);
    metric(&mut out, "gateway_webrtc_peers", "gauge", app.gateway.webrtc_peers() as u64);
    metric(&mut out, "process_resident_memory_bytes", "gauge", memory_bytes());
    let mut total = hub::stats::CounterValues::default();
    for stream in &streams {
        let counters = stream.counters().read();
        total.frames += counters.frames;
        total.bytes += counters.bytes;
        total.jumps += counters.jumps;
        total.wraps += counters.wraps;
        total.rollbacks += counters.rollbacks;
        total.dropped += counters.dropped;
        total.gop_overflows += counters.gop_overflows;
    }
    // Gauges, because a stream that ends takes its share along.
    for (name, value) in [
        ("hub_streams_frames", total.frames),
        ("hub_streams_payload_bytes", total.bytes),
        ("hub_streams_clock_jumps", total.jumps),
        ("hub_streams_clock_wraps", total.wraps),
        ("hub_streams_clock_rollbacks", total.rollbacks),
        ("hub_streams_dropped_units", total.dropped),
        ("hub_streams_gop_overflows", total.gop_overflows),
    ] {
        metric(&mut out, name, "gauge", value);
    }
    out
}

fn count_live(stream: &Stream) -> u64 {
    u64::from(stream.phase() == Phase::Live)
}

fn count_viewers(stream: &Stream) -> u64 {
    stream.viewer_count() as u64
}

/// One line for each virtual host; the default one is there always.
fn by_host(out: &mut String, app: &App, streams: &[Arc<Stream>], name: &str, of: fn(&Stream) -> u64) {
    let _infallible = writeln!(out, "# TYPE viaduct_{name} gauge");
    let hosts = app.hosts.list();
    for host in [DEFAULT_VHOST].into_iter().chain(hosts.iter().map(|host| host.name.as_str())) {
        let own = streams.iter().filter(|stream| stream.key().vhost() == host);
        let value: u64 = own.map(|stream| of(stream)).sum();
        let _infallible = writeln!(out, "viaduct_{name}{{vhost=\"{host}\"}} {value}");
    }
}

fn metric(out: &mut String, name: &str, kind: &str, value: u64) {
    let _infallible = writeln!(out, "# TYPE viaduct_{name} {kind}\nviaduct_{name} {value}");
}

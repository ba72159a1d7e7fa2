//! What the operating system says about this process.

use std::fs;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Instant;

/// Resident memory in bytes (`VmRSS` of `/proc/self/status`).
pub(crate) fn memory_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Measures the share of one core that was used since the last call.
#[derive(Debug)]
pub(crate) struct CpuMeter {
    last: Mutex<(Instant, f64)>,
}

impl CpuMeter {
    pub(crate) fn new() -> Self {
        Self { last: Mutex::new((Instant::now(), cpu_seconds())) }
    }

    /// Percent of one core.
    pub(crate) fn percent(&self) -> f64 {
        let now = (Instant::now(), cpu_seconds());
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let wall = now.0.duration_since(last.0).as_secs_f64();
        let used = now.1 - last.1;
        *last = now;
        if wall > 0.0 { (used / wall * 1000.0).round() / 10.0 } else { 0.0 }
    }
}

/// User and system time (`utime` and `stime` of `/proc/self/stat`, in ticks of 10 ms on Linux).
fn cpu_seconds() -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold blanks; numbered fields follow its end.
    let fields = stat.rsplit_once(") ").map(|(_, fields)| fields).unwrap_or_default();
    let ticks: f64 = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / TICKS_PER_SECOND
}

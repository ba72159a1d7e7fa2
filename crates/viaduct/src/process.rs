//! What the operating system says about this process.

use std::fs;
use std::path::Path;
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

/// What the whole machine has and uses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Machine {
    /// Percent of all processors.
    pub(crate) cpu_percent: f64,
    pub(crate) processors: usize,
    pub(crate) memory_used: u64,
    pub(crate) memory_total: u64,
    /// Of the file system that a folder is on.
    pub(crate) disk_used: u64,
    pub(crate) disk_total: u64,
}

/// Measures the machine since the last look.
#[derive(Debug, Default)]
pub(crate) struct MachineMeter {
    /// Ticks of all processors, idle ones among them.
    last: (u64, u64),
}

impl MachineMeter {
    /// Looks at processors, memory, and the disk that `folder` is on.
    pub(crate) fn look(&mut self, folder: &Path) -> Machine {
        let now = ticks(&fs::read_to_string("/proc/stat").unwrap_or_default());
        let (all, idle) = (now.0.saturating_sub(self.last.0), now.1.saturating_sub(self.last.1));
        self.last = now;
        let busy = if all == 0 { 0.0 } else { all.saturating_sub(idle) as f64 / all as f64 };
        let (memory_used, memory_total) = memory(&fs::read_to_string("/proc/meminfo").unwrap_or_default());
        let disk = rustix::fs::statvfs(folder).ok();
        let size =
            |blocks: fn(&rustix::fs::StatVfs) -> u64| disk.as_ref().map_or(0, |disk| blocks(disk) * disk.f_frsize);
        Machine {
            cpu_percent: (busy * 1000.0).round() / 10.0,
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            memory_used,
            memory_total,
            // What is left is what this program may still write.
            disk_used: size(|disk| disk.f_blocks.saturating_sub(disk.f_bfree)),
            disk_total: size(|disk| disk.f_blocks.saturating_sub(disk.f_bfree) + disk.f_bavail),
        }
    }
}

/// All ticks and the idle ones of the first line of `/proc/stat`: user, nice, system, idle, iowait, ...
fn ticks(stat: &str) -> (u64, u64) {
    let line = stat.lines().next().and_then(|line| line.strip_prefix("cpu ")).unwrap_or_default();
    // Time of guests is in that of users already.
    let fields: Vec<u64> = line.split_whitespace().take(8).filter_map(|field| field.parse().ok()).collect();
    (fields.iter().sum(), fields.iter().skip(3).take(2).sum())
}

/// Used and total bytes of `/proc/meminfo`.
fn memory(meminfo: &str) -> (u64, u64) {
    let bytes = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or(0) * 1024
    };
    let total = bytes("MemTotal:");
    (total.saturating_sub(bytes("MemAvailable:")), total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_read_as_the_kernel_writes_it() {
        assert_eq!(ticks("cpu  100 5 20 300 50 1 2 3 7 8\ncpu0 1 1 1 1"), (481, 350));
        assert_eq!(memory("MemTotal:  8000 kB\nMemFree: 1 kB\nMemAvailable:  2000 kB\n"), (6_144_000, 8_192_000));
        assert_eq!((ticks(""), memory("")), ((0, 0), (0, 0)));
        let machine = MachineMeter::default().look(Path::new("/"));
        assert!(machine.memory_total > machine.memory_used && machine.disk_total >= machine.disk_used);
        assert!(machine.disk_total > 0 && machine.processors > 0);
    }
}

//! What the worker gives up before it reads anything from outside.

use rlimit::Resource;

/// Address space in bytes. The libraries take about 300 MiB of it; the largest picture that is decoded takes 100 MiB
/// for each of a few buffers.
const MAX_MEMORY: u64 = 1536 << 20;
/// Seconds of processor time for one picture; then the system ends the process.
const MAX_SECONDS: u64 = 10;
/// File handles: those it has. It can open no file and no socket.
const MAX_FILES: u64 = 3;

/// Limits memory, files, processes and privileges for good.
pub(crate) fn confine() -> std::io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    Resource::CORE.set(0, 0)?;
    Resource::FSIZE.set(0, 0)?;
    // Counted for the whole user: this only keeps it from starting anything, as one process exists already.
    Resource::NPROC.set(1, 1)?;
    Resource::AS.set(MAX_MEMORY, MAX_MEMORY)?;
    Resource::NOFILE.set(MAX_FILES, MAX_FILES)
}

/// Gives the next picture its time, beside what was used before.
pub(crate) fn limit_time() -> std::io::Result<()> {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec;
    let (_, hard) = Resource::CPU.get()?;
    Resource::CPU.set(u64::try_from(used).unwrap_or(0) + MAX_SECONDS, hard)
}

//! What processes need of memory.
//!
//! In: processes of the service. Out: numbers from /proc. Read next: `main.rs`.

use std::fs;

use anyhow::{Context, Result};
use lnn_local::service::ProcessHandle;

/// Most resident memory that each process had so far, in bytes (`VmHWM`); of one that has ended, nothing.
pub fn peaks(processes: &[ProcessHandle]) -> Result<Vec<u64>> {
    let mut peaks = Vec::new();
    for pid in processes.iter().filter_map(ProcessHandle::pid) {
        let path = format!("/proc/{pid}/status");
        let status = fs::read_to_string(&path).with_context(|| format!("memory is read from {path}"))?;
        peaks.push(peak(&status).with_context(|| format!("{path} has no VmHWM"))?);
    }
    Ok(peaks)
}

fn peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_among_what_the_system_says_of_a_process() {
        assert_eq!(peak("Name:\tneuron\nVmHWM:\t   36000 kB\nVmRSS:\t   100 kB\n"), Some(36_864_000));
        assert_eq!(peak("Name:\tneuron\n"), None);
        let own = fs::read_to_string("/proc/self/status").unwrap();
        assert!(peak(&own).is_some_and(|bytes| bytes > 100_000));
    }
}

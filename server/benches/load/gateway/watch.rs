//! What a process takes, its children too.

use std::collections::HashSet;

use crate::figures::cpu_seconds;

/// A process and those that it started.
pub fn tree(process: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|process: u32| {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            Some((process, stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?))
        })
        .collect();
    let mut found = HashSet::from([process]);
    let mut size = 0;
    while found.len() > size {
        size = found.len();
        let children: Vec<u32> = parents.iter().filter(|(_, parent)| found.contains(parent)).map(|(child, _)| *child).collect();
        found.extend(children);
    }
    found.into_iter().collect()
}

pub fn cpu(process: u32) -> f64 {
    tree(process).into_iter().map(cpu_seconds).sum()
}

/// Resident memory in MiB.
pub fn memory(process: u32) -> f64 {
    let of = |process: u32| {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        line.unwrap_or_default() / 1024.0
    };
    tree(process).into_iter().map(of).sum()
}

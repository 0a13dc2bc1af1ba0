//! The journal's files: frames of length, checksum and record; a new file every few megabytes.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use uuid::Uuid;

/// The size at which a new file begins.
const SIZE: u64 = 16 << 20;
/// Length and checksum.
pub const HEAD: usize = 8;

/// The file that is being written.
#[derive(Debug)]
struct Open {
    file: File,
    path: PathBuf,
    size: u64,
    synced: u64,
    begun: Instant,
}

#[derive(Debug)]
pub struct Segments {
    folder: PathBuf,
    open: Option<Open>,
    /// What was written to the end since the last sync.
    full: Vec<File>,
}

impl Segments {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, open: None, full: Vec::new() }
    }

    /// Gives the bytes that were written.
    pub fn append(&mut self, record: &[u8]) -> io::Result<u64> {
        if let Some(full) = self.open.take_if(|open| open.size >= SIZE) {
            self.full.push(full.file);
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(begin(&self.folder)?),
        };
        let mut frame = Vec::with_capacity(HEAD + record.len());
        let length = u32::try_from(record.len()).map_err(|_| io::Error::other("a record of four gigabytes"))?;
        frame.extend_from_slice(&length.to_le_bytes());
        frame.extend_from_slice(&crc32fast::hash(record).to_le_bytes());
        frame.extend_from_slice(record);
        if let Err(error) = open.file.write_all(&frame) {
            // What was half written is no record, and nothing may follow it.
            self.open = None;
            return Err(error);
        }
        open.size += frame.len() as u64;
        Ok(frame.len() as u64)
    }

    /// The file that is being written, and how far it is whole.
    pub fn written(&self) -> Option<(&Path, u64)> {
        self.open.as_ref().map(|open| (open.path.as_path(), open.size))
    }

    /// Whoever reads has read all of it, and it is old enough: what comes goes into another file.
    pub fn close(&mut self, path: &Path, size: u64, age: Duration) -> bool {
        let all = self.open.as_ref().is_some_and(|open| open.path == path && open.size == size && open.begun.elapsed() >= age);
        if all {
            self.open = None;
        }
        all
    }

    /// Handles to sync, where something was written since the last ones.
    pub fn unsynced(&mut self) -> Vec<File> {
        let mut files = std::mem::take(&mut self.full);
        if let Some(open) = self.open.as_mut().filter(|open| open.size > open.synced) {
            open.synced = open.size;
            files.extend(open.file.try_clone());
        }
        files
    }

    /// All files, the oldest first.
    pub fn all(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "journal")).collect();
        paths.sort();
        paths
    }
}

fn begin(folder: &Path) -> io::Result<Open> {
    fs::create_dir_all(folder)?;
    // Names sort by time.
    let path = folder.join(format!("{}.journal", Uuid::now_v7()));
    let mut options = OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path)?;
    Ok(Open { file, path, size: 0, synced: 0, begun: Instant::now() })
}

/// Gives each whole record from the beginning of `bytes`, up to one that is cut off or broken.
pub fn frames(bytes: &[u8], mut each: impl FnMut(&[u8])) {
    let mut at = 0;
    while let Some(head) = bytes.get(at..at + HEAD) {
        let number = |from: usize| head[from..from + 4].iter().rev().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        let (length, checksum) = (number(0) as usize, number(4));
        let Some(record) = bytes.get(at + HEAD..at + HEAD + length).filter(|record| crc32fast::hash(record) == checksum) else { return };
        each(record);
        at += HEAD + length;
    }
}

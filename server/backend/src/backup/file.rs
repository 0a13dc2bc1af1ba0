//! The file of a backup: lines go into a new file beside it, which takes its name once it is whole and on the disk.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

pub struct Writer<'p> {
    file: BufWriter<File>,
    part: PathBuf,
    target: &'p Path,
}

impl<'p> Writer<'p> {
    pub fn create(target: &'p Path) -> Result<Self, String> {
        let mut part: OsString = target.into();
        part.push(format!(".{}.part", std::process::id()));
        let part = PathBuf::from(part);
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part);
        let file = BufWriter::new(file.map_err(|error| unwritable(target, &error))?);
        Ok(Self { file, part, target })
    }

    pub fn line(&mut self, line: &impl Serialize) -> Result<(), String> {
        let mut text = serde_json::to_vec(line).map_err(|error| unwritable(self.target, &error))?;
        text.push(b'\n');
        self.file.write_all(&text).map_err(|error| unwritable(self.target, &error))
    }

    pub fn finish(mut self) -> Result<(), String> {
        let done = self.file.flush().and_then(|()| self.file.get_ref().sync_all()).and_then(|()| fs::rename(&self.part, self.target));
        done.map_err(|error| unwritable(self.target, &error))?;
        // The new name too must be on the disk; where a folder cannot be flushed, the system does it in its own time.
        let folder = self.target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        // Gone already, once it took its name.
        let _ = fs::remove_file(&self.part);
    }
}

fn unwritable(target: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{} cannot be written: {error}.", target.display())
}

pub struct Reader {
    lines: BufReader<File>,
    path: PathBuf,
    number: u64,
}

impl Reader {
    pub fn open(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| format!("{} cannot be read: {error}.", path.display()))?;
        Ok(Self { lines: BufReader::new(file), path: path.to_owned(), number: 0 })
    }

    /// `None` at the end.
    pub fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, String> {
        let mut line = Vec::new();
        self.lines.read_until(b'\n', &mut line).map_err(|error| self.at(&format!("it cannot be read: {error}.")))?;
        if line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if !line.ends_with(b"\n") {
            return Err(self.cut_off());
        }
        serde_json::from_slice(&line).map(Some).map_err(|_| self.no_backup())
    }

    pub fn cut_off(&self) -> String {
        self.at("the file is cut off here. Nothing was restored.")
    }

    pub fn no_backup(&self) -> String {
        self.at("this is no backup of Atelier, or it was changed. Nothing was restored.")
    }

    pub fn at(&self, what: &str) -> String {
        format!("{}, line {}: {what}", self.path.display(), self.number)
    }
}

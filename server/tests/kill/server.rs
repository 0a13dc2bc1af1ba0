//! The real binary, in a folder of its own.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use uuid::Uuid;

pub struct Place {
    folder: Folder,
    pub database: String,
    /// Where weights are looked for: nowhere, unless a bench says so.
    pub models: PathBuf,
}

/// It goes at the end.
struct Folder(PathBuf);

pub struct Server {
    pub process: Child,
    /// `127.0.0.1:PORT`
    pub address: String,
}

impl Place {
    pub fn new(database: Option<String>) -> Self {
        let folder = std::env::temp_dir().join(format!("atelier-kill-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&folder).unwrap();
        let database = database.unwrap_or_else(|| format!("sqlite://{}/atelier.db", folder.display()));
        Self { models: folder.join("none"), folder: Folder(folder), database }
    }

    fn atelier(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atelier"));
        command
            .args(arguments)
            .current_dir(&self.folder.0)
            .env("DATABASE_URL", &self.database)
            .env("ATELIER_DATA", &self.folder.0)
            .env("ATELIER_MODELS", &self.models)
            .env("ATELIER_ADDR", "127.0.0.1:0")
            .env("ATELIER_SECRET_KEY", "0123456789abcdef0123456789abcdef")
            .env("ATELIER_LOG", "off")
            .env_remove("ATELIER_URL")
            .stdin(Stdio::null());
        command
    }

    /// Runs a short command and gives what it prints.
    pub fn command(&self, arguments: &[&str]) -> String {
        let output = self.atelier(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same with something on its standard input.
    pub fn command_with(&self, arguments: &[&str], input: &str) {
        let mut child = self.atelier(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{arguments:?}");
    }

    pub fn serve(&self) -> Server {
        let mut process = self.atelier(&["serve"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit_once("http://").unwrap_or_else(|| panic!("it did not start: {line}")).1.to_owned();
        Server { process, address }
    }
}

impl Server {
    /// SIGKILL.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// What it holds in memory now, and the most it ever held, in MiB. None where the system does not tell.
    pub fn memory(&self) -> Option<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let mib = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.parse::<u64>().ok()).map(|kib| kib >> 10);
        Some((mib("VmRSS:")?, mib("VmHWM:")?))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

//! LiteLLM's proxy beside us: the same provider, the same machine, the same run.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::pace::Connection;

/// It does not start without one that looks hard to guess.
pub const KEY: &str = "sk-1d8b5c0f6a9e42d7b3f1087c5e2a94d6f0b7c3e8a1d54f6290b8e7c6d5a4f3b2";

pub struct LiteLlm {
    pub process: Child,
    pub address: String,
    folder: PathBuf,
}

impl LiteLlm {
    /// `None` where tools/bench/gateway.sh has not installed it.
    pub fn start(mock: &str) -> Option<Self> {
        let program = std::env::var_os("BENCH_LITELLM")?;
        let folder = std::env::temp_dir().join(format!("atelier-bench-litellm-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let settings = format!(
            "model_list:\n  - model_name: mock\n    litellm_params: {{model: openai/mock, api_base: \"http://{mock}/v1\", api_key: sk-test-1}}\n\
             litellm_settings: {{telemetry: false, num_retries: 0}}\n"
        );
        std::fs::write(folder.join("config.yaml"), settings).unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let port = address.port().to_string();
        let process = Command::new(program)
            .args(["--config", "config.yaml", "--host", "127.0.0.1", "--port", &port, "--num_workers"])
            .arg(std::env::var("BENCH_LITELLM_WORKERS").unwrap_or_else(|_| "2".to_owned()))
            .current_dir(&folder)
            // As its documentation has it for production, and without the net.
            .envs([("LITELLM_LOG", "ERROR"), ("LITELLM_MODE", "PRODUCTION"), ("LITELLM_LOCAL_MODEL_COST_MAP", "True"), ("LITELLM_MASTER_KEY", KEY)])
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut litellm = Self { process, address: address.to_string(), folder };
        litellm.wait();
        Some(litellm)
    }

    fn wait(&mut self) {
        let began = Instant::now();
        let request = crate::client::request("GET", "/health/liveliness", "", "");
        while !Connection::new(&self.address).send(&request, |_| {}).is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200")) {
            assert!(self.process.try_wait().unwrap().is_none() && began.elapsed() < Duration::from_secs(180), "LiteLLM does not start");
            std::thread::sleep(Duration::from_millis(500));
        }
    }
}

impl Drop for LiteLlm {
    fn drop(&mut self) {
        // Its workers are children of its own.
        for process in super::watch::tree(self.process.id()) {
            let _ = Command::new("kill").arg(process.to_string()).status();
        }
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

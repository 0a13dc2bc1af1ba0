//! The threads of a model: its own, named after it, and niced, so that they take only what the web server leaves.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Steps down in priority, of 19.
const NICE: i32 = 10;

/// One thread fewer than there are cores, at least one and at most four.
///
/// # Errors
/// The system gives no more threads.
pub fn pool(name: &'static str) -> Result<ThreadPool, ThreadPoolBuildError> {
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).clamp(1, 4));
    ThreadPoolBuilder::new().num_threads(threads).thread_name(move |at| format!("{name}-{at}")).start_handler(|_| yield_priority()).build()
}

/// On Linux a priority belongs to a thread, elsewhere to the process: only there is it set.
fn yield_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "a local model keeps its priority");
    }
}

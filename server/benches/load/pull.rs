//! Pulling beside a bare axum route that returns the same bytes.

use crate::{
    beside::{Call, compare},
    client::request,
    sample,
    server::Place,
};

const PATH: &str = "/api/v1/prompts/support%2Freply?label=production";

pub fn run() -> bool {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let place = Place::new(None);
        let sample = sample::make(&place).await;
        let studio = place.serve();
        let pull = request("GET", PATH, &format!("authorization: Bearer {}\r\n", sample.key), "");
        let good = compare(&studio, Call { name: "pulling", requests: vec![pull], least: 0.60 }).await;
        studio.kill();
        good
    })
}

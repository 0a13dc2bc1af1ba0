//! What our calls are compared with: axum, a route each, the same bytes.

use axum::{
    Router,
    extract::State,
    routing::{get, post},
    serve::ListenerExt,
};
use bytes::Bytes;
use http::header::CONTENT_TYPE;

/// Serves what stands in the file that the environment names, until it is killed.
pub fn serve() -> i32 {
    let body = Bytes::from(std::fs::read(std::env::var("BENCH_BODY").unwrap()).unwrap());
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/api/v1/prompts/{name}", get(answer)).route("/api/v1/experiments/{key}/assign", post(answer_to)).with_state(body);
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        axum::serve(listener, app).await.unwrap();
    });
    0
}

async fn answer(State(body): State<Bytes>) -> ([(http::HeaderName, &'static str); 1], Bytes) {
    ([(CONTENT_TYPE, "application/json")], body)
}

/// Of a request that has a body.
async fn answer_to(state: State<Bytes>, _: Bytes) -> ([(http::HeaderName, &'static str); 1], Bytes) {
    answer(state).await
}

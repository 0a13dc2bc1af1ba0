//! Pulls and pages while the local model answers two prompts, one after the other without end.

use std::{path::PathBuf, time::Duration};

use crate::{
    client::{self, Client, body, latencies, request, status},
    figures::spread,
    sample::{self, EMAIL, PASSWORD, Sample},
    server::Place,
};

const PULLERS: usize = 4;
const SECONDS: usize = 20;
/// The 95th percentile, in milliseconds.
const PULL_LIMIT: f64 = 20.0;
const PAGE_LIMIT: f64 = 200.0;

pub fn run() -> bool {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(measure())
}

async fn measure() -> bool {
    let models = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../models");
    assert!(models.join("smollm2-135m-instruct.gguf").exists(), "no weights in models: run make models");
    let mut place = Place::new(None);
    place.models = models;
    let sample = sample::make(&place).await;
    let studio = place.serve();
    let address = studio.address.clone();
    let cookie = sign_in(&address).await;
    println!("{PULLERS} × 25 pulls a second, 4 pages a second, for {SECONDS} s; milliseconds");
    println!("{:<26} {:>8} {:>8} {:>8} {:>8}", "", "median", "p95", "p99", "worst");
    let (_, _) = look(&address, &sample, &cookie, "quiet").await;
    generate(&address, &sample).await;
    let generating: Vec<_> = (0..2)
        .map(|_| {
            let (address, key) = (address.clone(), sample.key.clone());
            tokio::spawn(async move {
                let mut count = 0;
                loop {
                    ask(&address, &key, count).await;
                    count += 1;
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (pulls, pages) = look(&address, &sample, &cookie, "two generations").await;
    generating.iter().for_each(tokio::task::JoinHandle::abort);
    studio.kill();
    println!("limits at p95: pulls {PULL_LIMIT} ms, pages {PAGE_LIMIT} ms");
    pulls < PULL_LIMIT && pages < PAGE_LIMIT
}

/// p95 of pulls and of pages.
async fn look(address: &str, sample: &Sample, cookie: &str, when: &str) -> (f64, f64) {
    let pull = request("GET", "/api/v1/prompts/support%2Freply?label=production", &format!("authorization: Bearer {}\r\n", sample.key), "");
    let page = |path: &str| request("GET", path, &format!("cookie: {cookie}\r\naccept: text/html\r\n"), "");
    let pulling: Vec<_> =
        (0..PULLERS).map(|_| tokio::spawn(latencies(address.to_owned(), vec![pull.clone()], SECONDS * 25, Duration::from_millis(40)))).collect();
    let pages = vec![page(&sample.list), page(&sample.page), page(&format!("{}/history", sample.page))];
    let mut pages = latencies(address.to_owned(), pages, SECONDS * 4, Duration::from_millis(250)).await;
    let mut pulls = Vec::new();
    for one in pulling {
        pulls.extend(one.await.unwrap());
    }
    let mut p95 = [0.0; 2];
    for (at, (what, times)) in [("pulls", &mut pulls), ("pages", &mut pages)].into_iter().enumerate() {
        let [median, slow, slower, worst] = spread(times);
        println!("{:<26} {median:>8.2} {slow:>8.2} {slower:>8.2} {worst:>8.2}", format!("{what}, {when}"));
        p95[at] = slow;
    }
    (p95[0], p95[1])
}

/// Waits until the model has loaded, and has answered once.
async fn generate(address: &str, sample: &Sample) {
    for _ in 0..120 {
        if ask(address, &sample.key, 0).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("the model does not answer");
}

async fn ask(address: &str, key: &str, count: usize) -> bool {
    let filling = format!(
        "{{\"label\": \"production\", \"stream\": true, \"variables\": {{\"product\": \"kites {count}\", \"question\": \"Where is my order {count}?\"}}}}"
    );
    let headers = format!("authorization: Bearer {key}\r\ncontent-type: application/json\r\nconnection: close\r\n");
    let mut client = Client::open(address).await;
    let answer = client.send(&request("POST", "/api/v1/prompts/support%2Freply/run", &headers, &filling)).await;
    status(answer) == 200 && body(answer).contains("[DONE]")
}

/// Signs in as a browser without scripts does, and gives the cookie.
async fn sign_in(address: &str) -> String {
    let mut client = Client::open(address).await;
    let page = body(client.send(&request("GET", "/signin", "accept: text/html\r\nconnection: close\r\n", "")).await).to_owned();
    let action = page
        .split("action=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .find(|action| action.starts_with("/fn/sign_in"))
        .expect("a form")
        .to_owned();
    let form = format!("email={}&password={}", EMAIL.replace('@', "%40"), PASSWORD.replace(' ', "+"));
    let headers =
        format!("host: {address}\r\norigin: http://{address}\r\naccept: text/html\r\ncontent-type: application/x-www-form-urlencoded\r\nconnection: close\r\n");
    let request = String::from_utf8(request("POST", &action, &headers, &form)).unwrap().replacen("host: 127.0.0.1\r\n", "", 1);
    let mut client = Client::open(address).await;
    let answer = String::from_utf8(client.send(request.as_bytes()).await.to_vec()).unwrap();
    let cookie = answer.lines().find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")));
    let cookie = cookie.unwrap_or_else(|| panic!("not signed in: {}", client::body(answer.as_bytes()))).1;
    cookie.split(';').next().unwrap().to_owned()
}

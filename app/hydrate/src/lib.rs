//! The wasm's way in.

#![recursion_limit = "256"]

use atelier_app::app::App;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn hydrate() {
    // Without it a mistake of ours ends as "unreachable", and nobody could report it.
    std::panic::set_hook(Box::new(|panic| leptos::logging::error!("{panic}")));
    leptos::mount::hydrate_lazy(App);
}

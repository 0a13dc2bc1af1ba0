//! What this browser keeps by itself: the last thing typed, while the studio cannot be told.

use leptos::{
    prelude::window,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::js_sys::{Function, Reflect},
};

pub fn keep(key: &str, text: &str) {
    call("setItem", &[key, text]);
}

pub fn kept(key: &str) -> Option<String> {
    call("getItem", &[key])?.as_string()
}

pub fn forget(key: &str) {
    call("removeItem", &[key]);
}

/// Nothing where the browser has no store, or refuses: then only the studio keeps what is typed.
fn call(method: &str, arguments: &[&str]) -> Option<JsValue> {
    let store = Reflect::get(&window(), &JsValue::from_str("localStorage")).ok()?;
    let method: Function = Reflect::get(&store, &JsValue::from_str(method)).ok()?.dyn_into().ok()?;
    let arguments: leptos::web_sys::js_sys::Array = arguments.iter().map(|text| JsValue::from_str(text)).collect();
    Reflect::apply(&method, &store, &arguments).ok()
}

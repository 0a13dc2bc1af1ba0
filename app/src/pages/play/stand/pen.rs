//! Writes answers as they come: several columns share each frame's time, so that none of them makes the page stand still.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};

use leptos::{
    prelude::*,
    wasm_bindgen::JsCast as _,
    web_sys::{self, js_sys::Date},
};

use super::Said;

/// Milliseconds of a frame after which the next answer waits for the next one.
const FRAME: f64 = 10.0;

thread_local! {
    static WAITING: RefCell<VecDeque<Said>> = const { RefCell::new(VecDeque::new()) };
    static SCHEDULED: Cell<bool> = const { Cell::new(false) };
}

/// Lets an answer write what has come of it, when its turn comes.
pub fn queue(said: Said) {
    WAITING.with_borrow_mut(|waiting| waiting.push_back(said));
    schedule();
}

fn schedule() {
    if !SCHEDULED.replace(true) {
        request_animation_frame(write);
    }
}

fn write() {
    SCHEDULED.set(false);
    let began = Date::now();
    while let Some(said) = WAITING.with_borrow_mut(VecDeque::pop_front) {
        // An end brings its measures with it, which are laid out after this.
        if said.flush() || Date::now() - began >= FRAME {
            break;
        }
    }
    if WAITING.with_borrow(|waiting| !waiting.is_empty()) {
        schedule();
    }
}

/// Adds to a text, and lays it out at once, so that its time counts into this frame's.
pub fn append(place: &web_sys::HtmlElement, more: &str) {
    // One node that grows: the browser keeps the lines that it has, where a further node has it begin anew.
    match place.last_child().and_then(|last| last.dyn_into::<web_sys::Text>().ok()) {
        Some(text) => drop(text.append_data(more)),
        None => drop(place.append_with_str_1(more)),
    }
    let _ = place.offset_height();
}

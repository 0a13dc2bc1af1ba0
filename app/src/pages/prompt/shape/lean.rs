//! Memos and parts of a page whose closures are of one type: the browser loads what drives them once, not once for each.

use leptos::prelude::*;

pub fn memo<T: PartialEq + Send + Sync + 'static>(read: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    fn of<T: PartialEq + Send + Sync + 'static>(read: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
        Memo::new(move |_| read())
    }
    of(Box::new(read))
}

/// A part that changes with what it reads.
pub fn part(view: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    fn of(view: Box<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
        (move || view()).into_any()
    }
    of(Box::new(view))
}

/// A part that stands there only sometimes.
pub fn when(shown: Memo<bool>, view: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    part(move || if shown.get() { view() } else { ().into_any() })
}

/// An attribute that is there, and `true`, only sometimes.
pub fn flag(set: Memo<bool>) -> Signal<Option<&'static str>> {
    Signal::derive(move || set.get().then_some("true"))
}

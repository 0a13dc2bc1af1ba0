//! The address is the state: links that change one part of it and keep the rest.

use leptos::prelude::*;
use leptos_router::{hooks::use_location, params::ParamsMap};

/// The parameters of this page's route. Unlike `use_params_map`'s, they outlive the page: what still runs while it goes may read them.
pub fn use_route_params() -> ArcMemo<ParamsMap> {
    use_context().unwrap_or_else(|| ArcMemo::new(|_| ParamsMap::default()))
}

/// Makes links to this page with some of its query changed, or taken out by `None`.
pub fn use_href_with() -> impl Fn(&[(&'static str, Option<&str>)]) -> String + Clone + Send + Sync + 'static {
    let location = use_location();
    move |changes| {
        let mut query: ParamsMap = location.query.get();
        for (key, value) in changes {
            query.remove(key);
            if let Some(value) = value {
                query.insert(*key, (*value).to_owned());
            }
        }
        // The server writes more in percents than the browser does; addresses that people copy are the same from both.
        let query = [("%2D", "-"), ("%2E", "."), ("%5F", "_")].iter().fold(query.to_query_string(), |query, (long, short)| query.replace(long, short));
        location.pathname.get() + &query
    }
}

/// Whether a link leads to where we are. One with a query must match that part; one without matches the path alone.
pub fn use_is_here() -> impl Fn(&str) -> bool + Clone + Send + Sync + 'static {
    let location = use_location();
    move |href| {
        let (path, wanted) = href.split_once('?').unwrap_or((href, ""));
        let query = location.query.get();
        location.pathname.get() == path
            && wanted.split('&').filter(|part| !part.is_empty()).all(|part| {
                let (key, value) = part.split_once('=').unwrap_or((part, ""));
                query.get_str(key) == Some(value)
            })
    }
}

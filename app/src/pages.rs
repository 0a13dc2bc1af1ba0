//! The pages, one folder an area. What an area's pages need is loaded when the first of them is shown.

pub mod account;
pub mod cost;
pub mod experiment;
pub mod grid;
pub mod missing;
pub mod play;
pub mod prompt;
pub mod request;
pub mod run;
pub mod welcome;

use std::marker::PhantomData;

use leptos::prelude::*;
use leptos_router::LazyRoute;

/// A page: first what it reads and changes, then how it looks.
pub trait Screen: Sized + 'static {
    fn data() -> Self;
    fn view(this: Self) -> AnyView;
}

/// A route to a page whose code, data included, is loaded late.
pub struct Late<S>(PhantomData<fn() -> S>);

/// Makes one chunk of an area's pages. Each page apart would make hundreds of small ones: the splitter cuts a chunk for every
/// set of pages that shares code, and a page would ask for a hundred of them.
macro_rules! chunk {
    ($loader:ident, $preload:ident: $($page:ty),+ $(,)?) => {
        $(impl LazyRoute for Late<$page> {
            fn data() -> Self {
                Self(PhantomData)
            }

            async fn view(_: Self) -> AnyView {
                $loader(stringify!($page)).await
            }

            // What `#[lazy_route]` writes. The router hydrates at once when this is done: a chunk that comes later finds
            // another page than it expects.
            async fn preload() {
                #[cfg(target_arch = "wasm32")]
                $preload().await;
            }
        })+

        #[lazy]
        fn $loader(page: &'static str) -> AnyView {
            match page {
                $(stringify!($page) => <$page>::view(<$page>::data()),)+
                _ => ().into_any(),
            }
        }
    };
}

chunk!(welcome_pages, __preload_welcome_pages: welcome::SetUp, welcome::SignIn, welcome::Invite, welcome::Reset);
chunk!(account_pages, __preload_account_pages: account::Projects, account::Account, account::Admin, account::Settings);
chunk!(prompt_pages, __preload_prompt_pages: prompt::PromptList, prompt::NewPromptPage, prompt::ImportPage);
// By itself: people spend their day on it.
chunk!(edit_pages, __preload_edit_pages: prompt::Edit);
chunk!(
    record_pages, __preload_record_pages: prompt::PromptRuns, prompt::History, prompt::UseIt, prompt::Compare, prompt::PromptUsers, run::RunList, run::RunPage,
    play::Playground, grid::PromptCases, grid::GridPage, grid::CompareGridsPage,
    request::RequestList, request::RequestPage
);
chunk!(cost_pages, __preload_cost_pages: cost::Cost);
chunk!(
    experiment_pages, __preload_experiment_pages: experiment::ExperimentList, experiment::NewExperiment, experiment::SetUpExperiment,
    experiment::ExperimentPage, experiment::Explained
);

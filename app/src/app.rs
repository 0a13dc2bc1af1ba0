//! The document, and every route with its page. Each page is a chunk of its own, loaded when it is first shown.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    Lazy, ParamSegment as Param, SsrMode, StaticSegment as Is,
    components::{Outlet, ParentRoute, Route, Router, Routes},
};

use crate::{
    api::account::SignOut,
    backend,
    components::shell::Shell,
    pages::{Late, account, cost, experiment, grid, missing::Missing, play, prompt, request, run, welcome},
    platform::Viewer,
    ui::provide_toaster,
};

/// The document around the app, made on the server.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    backend::set_page_policy();
    let theme = backend::viewer().theme;
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                // Nothing is painted before the page stands: it would move while its rest arrives.
                <link rel="expect" href="#said" blocking="render"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href="/pkg/atelier.css"/>
                <HydrationScripts options=options/>
                <script type="module" src="/kit.js"></script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_toaster();
    let viewer: Viewer = SharedValue::new(backend::viewer).into_inner();
    provide_context(viewer);
    view! {
        <Router>
            <Routes fallback=|| view! { <Missing/> }>
                <Route path={Is("setup")} view={Lazy::<Late<welcome::SetUp>>::new()} ssr=SsrMode::Async/>
                <Route path={Is("signin")} view={Lazy::<Late<welcome::SignIn>>::new()} ssr=SsrMode::Async/>
                <Route path={(Is("invite"), Param("token"))} view={Lazy::<Late<welcome::Invite>>::new()} ssr=SsrMode::Async/>
                <Route path={(Is("reset"), Param("token"))} view={Lazy::<Late<welcome::Reset>>::new()} ssr=SsrMode::Async/>
                <ParentRoute path={Is("")} view=Frame ssr=SsrMode::Async>
                    <Route path={Is("")} view={Lazy::<Late<account::Projects>>::new()}/>
                    <Route path={Is("projects")} view={Lazy::<Late<account::Projects>>::new()}/>
                    <Route path={Is("account")} view={Lazy::<Late<account::Account>>::new()}/>
                    <Route path={Is("admin")} view={Lazy::<Late<account::Admin>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("prompts"))} view={Lazy::<Late<prompt::PromptList>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("prompts"), Is("new"))} view={Lazy::<Late<prompt::NewPromptPage>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("prompts"), Is("import"))} view={Lazy::<Late<prompt::ImportPage>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("prompts"), Param("prompt"))} view={Lazy::<Late<prompt::Edit>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("prompts"), Param("prompt"), Is("runs"))} view={Lazy::<Late<prompt::PromptRuns>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("prompts"), Param("prompt"), Is("history"))} view={Lazy::<Late<prompt::History>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("prompts"), Param("prompt"), Is("diff"))} view={Lazy::<Late<prompt::Compare>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("prompts"), Param("prompt"), Is("users"))} view={Lazy::<Late<prompt::PromptUsers>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("prompts"), Param("prompt"), Is("use"))} view={Lazy::<Late<prompt::UseIt>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("prompts"), Param("prompt"), Is("cases"))} view={Lazy::<Late<grid::PromptCases>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("grids"), Param("grid"))} view={Lazy::<Late<grid::GridPage>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("grids"), Param("grid"), Is("compare"))} view={Lazy::<Late<grid::CompareGridsPage>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("playground"))} view={Lazy::<Late<play::Playground>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("runs"))} view={Lazy::<Late<run::RunList>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("runs"), Param("run"))} view={Lazy::<Late<run::RunPage>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("requests"))} view={Lazy::<Late<request::RequestList>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("requests"), Param("request"))} view={Lazy::<Late<request::RequestPage>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("cost"))} view={Lazy::<Late<cost::Cost>>::new()}/>
                    <Route path={(Is("p"), Param("project"), Is("settings"))} view={Lazy::<Late<account::Settings>>::new()}/>
                    // A frame holds at most 26 routes.
                    <ParentRoute path={Is("")} view=Outlet ssr=SsrMode::Async>
                        <Route path={(Is("p"), Param("project"), Is("experiments"))} view={Lazy::<Late<experiment::ExperimentList>>::new()}/>
                        <Route path={(Is("p"), Param("project"), Is("experiments"), Is("new"))} view={Lazy::<Late<experiment::NewExperiment>>::new()}/>
                        <Route path={(Is("p"), Param("project"), Is("experiments"), Is("explained"))} view={Lazy::<Late<experiment::Explained>>::new()}/>
                        <Route path={(Is("p"), Param("project"), Is("experiments"), Param("experiment"))} view={Lazy::<Late<experiment::ExperimentPage>>::new()}/>
                        <Route path={(Is("p"), Param("project"), Is("experiments"), Param("experiment"), Is("setup"))} view={Lazy::<Late<experiment::SetUpExperiment>>::new()}/>
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// Everything that somebody who is signed in sees stands in the shell.
#[component]
fn Frame() -> impl IntoView {
    view! {
        <Shell sign_out=SignOut::url()>
            <Outlet/>
        </Shell>
    }
}

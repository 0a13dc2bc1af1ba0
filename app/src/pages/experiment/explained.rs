//! How the numbers are made, in plain words, with what simulations show of them.

use leptos::prelude::*;

use crate::{
    components::shell::Page,
    pages::{Screen, missing::NotHere},
    platform::use_viewer,
    ui::{Crumb, Panel, Table},
};

use super::project;

pub struct Explained;

impl Screen for Explained {
    fn data() -> Self {
        Self
    }

    fn view(_: Self) -> AnyView {
        let project = project();
        if use_viewer().project(&project).is_none() {
            return view! { <NotHere/> }.into_any();
        }
        view! {
            <Page title="How the numbers are made" trail=vec![Crumb::new("Experiments", format!("/p/{project}/experiments"))]>
                <div class="l-scroll p-explained">
                    <Words/>
                    <Proof/>
                </div>
            </Page>
        }
        .into_any()
    }
}

const WORDS: [(&str, &str, &[&str]); 7] = [
    (
        "units",
        "Units",
        &[
            "A unit is whom or what a test is split by: usually a user, sometimes a conversation or an order. Your program names it with a stable id, and the same id always gets the same variant, on every machine.",
            "All numbers are per unit. Somebody who asks a hundred times is still one unit: counting requests instead would make the test surer than it is.",
        ],
    ),
    (
        "intervals",
        "Intervals that are valid at every look",
        &[
            "A difference stands beside an interval: the true difference probably lies within it. An ordinary interval is right if you look once, at a sample size fixed before. Who looks every day and stops at a good one declares winners that are none.",
            "Ours are always-valid confidence sequences: over all looks together, the chance that one of them ever misses the truth is at most 5 %. They are a little wider for it. So you may look whenever you like, and stop as soon as the interval no longer holds zero.",
            "No interval is shown before each variant has 50 units with a value and, for yes-or-no metrics, a yes and a no.",
        ],
    ),
    (
        "verdict",
        "The verdict",
        &[
            "Ship: a goal's interval lies beyond zero in the good direction, and no guardrail is shown to be harmed. Stop: harm is shown, or the planned sample is reached without a gain. Else: keep going.",
            "The planned sample is where the interval is tightest. It follows from the smallest gain that matters to you and from how the goal is today: four of five tests with such a gain show it by then.",
        ],
    ),
    (
        "ratio",
        "Sample ratio: is the data whole?",
        &[
            "If half of the units should be in each variant and one has clearly more, then some of the other's were lost on the way: by errors, time-outs, redirects, or a program that drops them. Those who are missing are seldom like those who stayed, so every number is suspect.",
            "The ratio is tested at every look, for exposures and for each metric's values. An alarm takes the winner away and says where to look for the cause.",
        ],
    ),
    (
        "guardrails",
        "Guardrails",
        &[
            "What must not become worse than a limit: cost, time, errors, complaints. “Within limit” means that the whole interval keeps within it; “beyond limit” that the whole interval is past it. In between it is open, and does not keep a winner from being shipped.",
            "A test can pause by itself once harm is shown.",
        ],
    ),
    (
        "several",
        "Several goals, several variants",
        &[
            "Who compares ten things at 5 % finds a false winner in two of five tests. So goals share the 5 %: each comparison of a goal gets its part, and its interval is wider. Guardrails keep their own 5 %: they are there to warn.",
            "Slices, such as one country alone, are exploratory. They take no part in the verdict.",
        ],
    ),
    (
        "phases",
        "Phases",
        &[
            "When you change the split, a new phase begins, and only as many units move as must. Results compare the variants within each phase and weigh the phases afterwards: otherwise a good week with a large share would look like a good variant.",
            "A unit that was seen in two variants is left out, and counted as such. Outcomes that come late still count, until the test is decided; after that its numbers never change.",
        ],
    ),
];

#[component]
fn Words() -> impl IntoView {
    let part = |(id, title, texts): (&'static str, &'static str, &'static [&'static str])| {
        let texts = texts.iter().map(|text| view! { <p>{*text}</p> }).collect_view();
        view! { <section class="l-read l-stack" id=id><h2>{title}</h2>{texts}</section> }
    };
    WORDS.map(part).into_iter().collect_view().into_any()
}

type Rows = &'static [&'static [&'static str]];

const FALSE_WINNERS: Rows = &[
    &["0/1, p = 0.02", "1.73 %", "40.51 %", "18.71 %"],
    &["0/1, p = 0.1", "1.83 %", "48.71 %", "19.73 %"],
    &["0/1, p = 0.5", "1.67 %", "48.25 %", "19.27 %"],
    &["cost, log-normal, σ = 1", "1.69 %", "47.12 %", "18.44 %"],
    &["cost, log-normal, σ = 1.5", "1.38 %", "45.19 %", "18.58 %"],
];
const RATIO: Rows = &[&["50/50", "0.05 %", "2.27 %"], &["90/10", "0.06 %", "2.85 %"]];
const BROKEN: Rows = &[&["51/49", "45,380"], &["52/48", "10,500"], &["55/45", "1,560"]];
const POWER: Rows = &[
    &["half of it", "20.30 %", "28.32 %", "5,159"],
    &["the smallest that matters", "80.42 %", "80.42 %", "3,010"],
    &["one and a half times", "99.62 %", "98.85 %", "1,555"],
    &["twice", "100.00 %", "99.95 %", "990"],
];

fn rows(rows: Rows) -> impl IntoView {
    let row = |cells: &&'static [&'static str]| {
        let (first, rest) = cells.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
        let rest = rest.iter().map(|cell| view! { <td class="num">{*cell}</td> }).collect_view();
        view! { <tr><th scope="row">{first}</th>{rest}</tr> }
    };
    rows.iter().map(row).collect_view()
}

/// The figures are those that the command printed; see `tools/bench/experiment.sh`.
#[component]
fn Proof() -> impl IntoView {
    view! {
        <section class="l-stack" id="proof">
            <h2>"What simulations show"</h2>
            <p class="l-read">"These figures are printed by " <code>"tools/bench/experiment.sh"</code> ", which anybody can run: thousands of tests whose truth is known, put through the same code that makes the numbers here."</p>
        </section>
        <Panel id="winners" title="False winners" say="10,000 tests of 20,000 units without any difference, α = 0.05">
            <Table caption="False winners, ours and ordinary intervals" heads=&["Value of a unit", "Ours, 1,000 looks", "Ordinary, 1,000 looks", "Ordinary, 10 looks"]>{rows(FALSE_WINNERS)}</Table>
        </Panel>
        <Panel id="alarms" title="False alarms of the sample ratio" say="10,000 sound tests of 20,000 units, 1,000 looks">
            <Table caption="False alarms by weights" heads=&["Weights", "Ours", "Ordinary test, p < 0.001"]>{rows(RATIO)}</Table>
        </Panel>
        <Panel id="broken" title="Units until a broken split of 50/50 is seen" say="2,000 tests">
            <Table caption="Median units by true split" heads=&["True split", "Median units"]>{rows(BROKEN)}</Table>
        </Panel>
        <Panel id="power" title="How often a true gain is shown, and how soon" say="0/1, baseline 50 %, a gain of 5 points matters; planned 5,159 units; the ordinary test needs 3,140 and may be looked at once">
            <Table caption="How often and how soon, by true gain" heads=&["True gain", "Shown by ours", "Shown by the ordinary test", "Median units of ours"]>{rows(POWER)}</Table>
        </Panel>
    }
    .into_any()
}

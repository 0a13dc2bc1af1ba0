//! How each goal's interval became narrower: a band for the eye, and the same numbers as a table.

use leptos::prelude::*;

use crate::{
    api::experiment::Course,
    ui::figure::{self, Figure},
};

#[component]
pub fn Courses(courses: Vec<Course>, began: bool) -> impl IntoView {
    if courses.iter().all(|course| course.looks.is_empty()) {
        let say = if began {
            "The interval's course stands here once there is something to compare."
        } else {
            "How the goal's interval becomes narrower stands here once the test runs."
        };
        return view! { <section class="c-panel" aria-labelledby="course-h"><div class="c-panel-head"><h2 id="course-h">"Over time"</h2></div><p class="c-panel-body c-hint">{say}</p></section> }.into_any();
    }
    courses.into_iter().enumerate().map(|(at, course)| view! { <One at=at course=course/> }).collect_view().into_any()
}

#[component]
fn One(at: usize, course: Course) -> impl IntoView {
    let id = format!("course-{at}-h");
    let labelled = id.clone();
    let title = format!("{}, {} minus {}", course.metric, figure::variant(&course.variant), figure::variant(&course.baseline));
    let measured = course.measured;
    let rows = course.looks.iter().map(|(units, when, look)| {
        let figure = Figure::of(measured, look);
        view! {
            <tr>
                <th scope="row" data-num="true">{figure::whole(u64::try_from(*units).unwrap_or_default())}</th>
                <td>{when.short()}</td>
                <td data-num="true">{figure.said()}</td>
                <td data-num="true">{figure.ends().unwrap_or_else(|| "not yet".to_owned())}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="c-panel" aria-labelledby=labelled>
            <div class="c-panel-head"><h2 id=id>{title.clone()}</h2><p>"by units counted"</p></div>
            <div class="c-panel-body"><div class="c-chart-box p-band" data-axis="true" inner_html=course.svg></div></div>
            <details class="p-as-table">
                <summary>"As a table"</summary>
                <div class="c-scroll" tabindex="0" role="region" aria-label=format!("{title}, as a table")>
                    <table class="c-table" data-rows="s">
                        <caption class="sr">{title.clone()}", the newest look first; times in UTC"</caption>
                        <thead><tr><th scope="col" data-num="true">"Units"</th><th scope="col">"Looked at"</th><th scope="col" data-num="true">"Difference"</th><th scope="col" data-num="true">"Interval"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        </section>
    }
    .into_any()
}

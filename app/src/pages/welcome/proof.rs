//! What the product is about, in one picture: a sample, so hidden from readers that would take it for data.

use leptos::prelude::*;

#[component]
pub fn Proof() -> impl IntoView {
    view! {
        <aside class="p-proof" aria-hidden="true">
            <div class="p-proof-card">
                <div class="c-diff-head">
                    <b>"support/reply"</b>
                    <span class="l-end num">"6 to 7"</span>
                </div>
                <pre>
                    <span class="p-proof-line">"You answer customers of " <span class="c-var">"{{shop_name}}"</span> "."</span>
                    <span class="p-proof-line" data-op="del">"Open with " <del>"a friendly greeting that thanks them"</del> "."</span>
                    <span class="p-proof-line" data-op="add">"Open with " <ins>"one warm sentence"</ins> "."</span>
                    <span class="p-proof-line">"At most " <span class="c-var">"{{max_sentences}}"</span> " sentences."</span>
                </pre>
                <div class="p-proof-foot">
                    <span>"Quality " <b>"+2.1"</b></span>
                    <svg class="c-interval" viewBox="0 0 160 20" preserveAspectRatio="xMinYMid meet" data-tone="good">
                        <line class="zero" x1="80" x2="80" y1="0" y2="20"></line>
                        <rect class="body" x="86.4" y="5" width="54.4" height="10" rx="2"></rect>
                        <circle class="point" cx="113.6" cy="10" r="3.5"></circle>
                    </svg>
                    <span class="c-hint">"0.4 to 3.8"</span>
                </div>
            </div>
            <p class="p-proof-say">"Write it together. Test it before it ships. Know how sure you are."</p>
        </aside>
    }
    .into_any()
}

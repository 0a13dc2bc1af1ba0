//! Prompts: made, found, listed, described, archived; versions.

use std::collections::BTreeSet;

use atelier_backend::prompt;
use atelier_domain::{
    fault::Kind,
    prompt::{Body, Draft, Filter, NewPrompt, PromptType, Selector, Sort},
};
use serde_json::json;

use crate::{
    make::{self, count, draft, new, save},
    support::{TestStudio, for_each_engine},
};

/// Names in the order of all pages, three a page.
async fn listed(test: &TestStudio, filter: &Filter) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), None);
    loop {
        let page = prompt::list(&test.operator(), test.project, filter, 3, cursor.as_deref()).await.unwrap();
        assert!(page.data.len() <= 3 && (page.next.is_none() || page.data.len() == 3));
        names.extend(page.data.iter().map(|prompt| prompt.name.to_string()));
        cursor = page.next;
        if cursor.is_none() {
            return names;
        }
    }
}

#[tokio::test]
async fn a_prompt_is_made_and_found_again() {
    for_each_engine(async |test| {
        let wanted = NewPrompt {
            name: " support/reply ".into(),
            prompt_type: PromptType::Text,
            description: "Answers customers.\nShort.".into(),
            tags: vec!["b".into(), " a".into(), "b".into()],
        };
        let made = prompt::create(&test.operator(), test.project, wanted).await.unwrap();
        assert_eq!((made.name.as_str(), made.latest, made.tags.len()), ("support/reply", 0, 2));
        assert_eq!(prompt::find(&test.operator(), made.id).await.unwrap(), made);
        let fault = prompt::create(&test.operator(), test.project, new("support/reply")).await.unwrap_err();
        assert_eq!((fault.kind, &*fault.code), (Kind::Conflict, "name_taken"));
        assert!(prompt::create(&test.operator(), test.elsewhere, new("support/reply")).await.is_ok(), "names are a project's own");
        assert!(prompt::create(&test.operator(), test.project, new("Support/reply")).await.is_ok(), "case tells names apart");
    })
    .await;
}

#[tokio::test]
async fn a_bad_prompt_names_every_field_and_leaves_nothing() {
    for_each_engine(async |test| {
        let bad = NewPrompt { description: "x".repeat(2_001), tags: vec!["a,b".into()], ..new("a//b") };
        let fault = prompt::create(&test.operator(), test.project, bad).await.unwrap_err();
        for field in ["name", "description", "tags"] {
            assert!(fault.of(field).is_some(), "{field}");
        }
        assert_eq!(count(test, "SELECT COUNT(*) FROM prompts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn pages_of_a_list_hold_every_prompt_once_in_either_order() {
    for_each_engine(async |test| {
        for name in ["c", "a", "b", "e/1", "d 2", "ü", "e"] {
            make::prompt(test, name).await;
        }
        let old = make::prompt(test, "old").await;
        save(&test.operator(), &old, "edited last").await;
        let by_name = listed(test, &Filter { sort: Sort::Name, ..Filter::default() }).await;
        assert_eq!(by_name, ["a", "b", "c", "d 2", "e", "e/1", "old", "ü"]);
        let by_update = listed(test, &Filter::default()).await;
        assert_eq!(by_update[0], "old");
        assert_eq!(by_update.iter().collect::<BTreeSet<_>>().len(), 8);
        assert_eq!(by_update.len(), 8);
        for cursor in ["", "x", "~", "a~b", "00000000-0000-7000-8000-000000000000~x", "00000000-0000-7000-8000-000000000000~\0"] {
            let fault = prompt::list(&test.operator(), test.project, &Filter::default(), 3, Some(cursor)).await.unwrap_err();
            assert!(fault.of("cursor").is_some(), "{cursor:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_is_narrowed_by_folder_tag_and_search() {
    for_each_engine(async |test| {
        for (name, description, tags) in [
            ("support/reply", "Grüßt", vec!["prod", "mail"]),
            ("support/deep/er", "100% sure", vec!["prod"]),
            ("supporters", "snake_case", vec![]),
            ("Support/Other", "a\\b", vec!["Prod"]),
        ] {
            let wanted = NewPrompt { description: description.into(), tags: tags.into_iter().map(str::to_owned).collect(), ..new(name) };
            prompt::create(&test.operator(), test.project, wanted).await.unwrap();
        }
        let base = || Filter { sort: Sort::Name, ..Filter::default() };
        let cases = [
            (Filter { folder: "support".into(), ..base() }, vec!["support/deep/er", "support/reply"]),
            (Filter { folder: "support/deep".into(), ..base() }, vec!["support/deep/er"]),
            (Filter { folder: "sup".into(), ..base() }, vec![]),
            (Filter { folder: "%".into(), ..base() }, vec![]),
            (Filter { tag: "prod".into(), ..base() }, vec!["support/deep/er", "support/reply"]),
            (Filter { tag: "pro".into(), ..base() }, vec![]),
            (Filter { q: "REPLY".into(), ..base() }, vec!["support/reply"]),
            (Filter { q: "GRÜSST".into(), ..base() }, vec![]),
            (Filter { q: "GRÜ".into(), ..base() }, vec!["support/reply"]),
            (Filter { q: "%".into(), ..base() }, vec!["support/deep/er"]),
            (Filter { q: "_".into(), ..base() }, vec!["supporters"]),
            (Filter { q: "\\".into(), ..base() }, vec!["Support/Other"]),
            (Filter { q: "mail".into(), ..base() }, vec!["support/reply"]),
            (Filter { q: "support".into(), folder: "support".into(), tag: "mail".into(), ..base() }, vec!["support/reply"]),
        ];
        for (filter, expected) in cases {
            assert_eq!(listed(test, &filter).await, expected, "{filter:?}");
        }
        let outline = prompt::outline(&test.operator(), test.project).await.unwrap();
        let folders: Vec<_> = outline.folders.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(folders, [("Support", 1), ("support", 2), ("support/deep", 1)]);
        assert_eq!((outline.tags.iter().find(|(tag, _)| tag == "prod").unwrap().1, outline.prompts), (2, 4));
    })
    .await;
}

#[tokio::test]
async fn an_archived_prompt_leaves_lists_is_closed_and_comes_back() {
    for_each_engine(async |test| {
        let cx = test.operator();
        let gone = make::prompt_of(test, "gone", &["one"]).await;
        make::prompt(test, "here").await;
        prompt::archive(&cx, gone.id, true).await.unwrap();
        assert_eq!(listed(test, &Filter::default()).await, ["here"]);
        assert_eq!(listed(test, &Filter { archived: true, ..Filter::default() }).await, ["gone"]);
        let outline = prompt::outline(&cx, test.project).await.unwrap();
        assert_eq!((outline.prompts, outline.archived), (1, 1));
        for refused in [
            prompt::save_version(&cx, gone.id, draft("two")).await.map(drop),
            prompt::move_label(&cx, gone.id, "production".parse().unwrap(), 1, None).await.map(drop),
            prompt::describe(&cx, gone.id, "other", "", &[]).await.map(drop),
        ] {
            assert_eq!(refused.unwrap_err().code, "prompt_archived");
        }
        assert!(prompt::archive(&cx, gone.id, false).await.unwrap().archived_at.is_none());
        assert_eq!(listed(test, &Filter::default()).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_prompt_is_renamed_and_tagged_anew() {
    for_each_engine(async |test| {
        let cx = test.operator();
        let (one, two) = (make::prompt(test, "one").await, make::prompt(test, "two").await);
        let described = prompt::describe(&cx, one.id, "three", "Third.", &["x".into(), "y".into()]).await.unwrap();
        assert_eq!(prompt::find(&cx, one.id).await.unwrap(), described);
        prompt::describe(&cx, one.id, "three", "Third.", &["y".into()]).await.unwrap();
        assert_eq!(prompt::outline(&cx, test.project).await.unwrap().tags, [("y".to_owned(), 1)]);
        assert_eq!(prompt::describe(&cx, two.id, "three", "", &[]).await.unwrap_err().code, "name_taken");
    })
    .await;
}

#[tokio::test]
async fn equal_content_makes_no_second_version() {
    for_each_engine(async |test| {
        let cx = test.operator();
        let prompt = make::prompt(test, "p").await;
        let first = save(&cx, &prompt, "Hello {{name}}.").await;
        assert!(first.created);
        assert_eq!((first.version.number, first.version.variables.as_slice()), (1, &["name".to_owned()][..]));
        let noted = Draft { note: "another note".into(), ..draft("Hello {{name}}.") };
        let again = prompt::save_version(&cx, prompt.id, noted).await.unwrap();
        assert!(!again.created);
        assert_eq!(again.version, first.version);
        assert_eq!(again.prompt.updated_at, first.prompt.updated_at, "nothing changed");
        assert_eq!(save(&cx, &prompt, "Bye.").await.version.number, 2);
        assert_eq!(save(&cx, &prompt, "Hello {{name}}.").await.version.number, 3, "equal to an older one is a new one");
        let (found, history) = prompt::history(&cx, prompt.id, 2, None).await.unwrap();
        assert_eq!((found.latest, history.data.iter().map(|v| v.number).collect::<Vec<_>>()), (3, vec![3, 2]));
        let (_, rest) = prompt::history(&cx, prompt.id, 2, history.next.as_deref()).await.unwrap();
        assert_eq!((rest.data[0].number, rest.data.len(), rest.next), (1, 1, None));
        assert!(prompt::history(&cx, prompt.id, 2, Some("x")).await.unwrap_err().of("cursor").is_some());
    })
    .await;
}

#[tokio::test]
async fn a_version_comes_back_as_it_was_saved() {
    for_each_engine(async |test| {
        let cx = test.operator();
        let prompt = make::prompt(test, "p").await;
        let full: Draft = serde_json::from_value(json!({
            "messages": [{"role": "system", "content": "Ünïcode 😀 {{a}}"}, {"role": "user", "content": "{{b}} {{a}} \\{{literal"}],
            "model": "openai/gpt-4o-mini", "note": "why",
            "params": {"temperature": 0.2, "top_p": 0.95, "max_tokens": 400, "stop": ["x"], "seed": 9_007_199_254_740_993_u64, "vendor": {"deep": [1.5, null]}},
            "tools": [{"type": "function", "function": {"name": "look"}}], "response_format": {"type": "json_object"},
        }))
        .unwrap();
        let saved = prompt::save_version(&cx, prompt.id, full.clone()).await.unwrap().version;
        let (_, read) = prompt::version(&cx, prompt.id, &Selector::Version(1)).await.unwrap();
        assert_eq!(read, saved);
        assert_eq!(read.variables, ["a", "b"]);
        let plain = read.to_draft();
        assert_eq!(Draft { note: "why".into(), body: plain.body.clone().without_ids(), ..plain }, full);
        let again = prompt::save_version(&cx, prompt.id, read.to_draft()).await.unwrap();
        assert!(!again.created, "what was read, saved again, is the same");
    })
    .await;
}

#[tokio::test]
async fn those_who_save_at_once_get_different_numbers() {
    for_each_engine(async |test| {
        let prompt = make::prompt(test, "p").await;
        let saving: Vec<_> = (0..12)
            .map(|n| {
                let cx = test.operator();
                tokio::spawn(async move { prompt::save_version(&cx, prompt.id, draft(&format!("text {n}"))).await.unwrap().version.number })
            })
            .collect();
        let mut numbers = BTreeSet::new();
        for one in saving {
            numbers.insert(one.await.unwrap());
        }
        assert_eq!(numbers, (1..=12).collect());
        assert_eq!(prompt::find(&test.operator(), prompt.id).await.unwrap().latest, 12);
    })
    .await;
}

#[tokio::test]
async fn an_archiving_is_not_undone_by_an_edit_of_the_same_moment() {
    for_each_engine(async |test| {
        let cx = test.operator();
        for round in 0..10 {
            let made = make::prompt(test, &format!("p{round}")).await;
            let (name, tags) = (format!("q{round}"), ["t".to_owned()]);
            let (archived, described) = tokio::join!(prompt::archive(&cx, made.id, true), prompt::describe(&cx, made.id, &name, "", &tags));
            archived.unwrap();
            let now = prompt::find(&cx, made.id).await.unwrap();
            assert!(now.archived_at.is_some());
            assert_eq!(now.name.as_str().starts_with('q'), described.is_ok());
        }
    })
    .await;
}

#[tokio::test]
async fn a_draft_against_the_rules_names_its_fields_and_saves_nothing() {
    for_each_engine(async |test| {
        let cx = test.operator();
        let prompt = make::prompt(test, "p").await;
        let wrong_type = Draft { body: Body::Text("x".into()), ..draft("") };
        assert!(prompt::save_version(&cx, prompt.id, wrong_type).await.unwrap_err().of("messages").is_some());
        for bad in ["{{", "{{a b}}", "{{> nowhere}}", "NUL \0"] {
            let fault = prompt::save_version(&cx, prompt.id, draft(bad)).await.unwrap_err();
            assert!(fault.of("messages[0].content").is_some(), "{bad}: {fault:?}");
        }
        let many: String = (0..1_001).map(|n| format!("{{{{v{n}}}}}")).collect();
        assert!(prompt::save_version(&cx, prompt.id, draft(&many)).await.unwrap_err().of("messages").is_some());
        let some: String = (0..500).map(|n| format!("{{{{v{n}}}}}")).collect();
        assert_eq!(save(&cx, &prompt, &some).await.version.variables.len(), 500);
        let long = "x".repeat(1 << 20);
        assert_eq!(save(&cx, &prompt, &long).await.version.number, 2);
        assert!(prompt::save_version(&cx, prompt.id, draft(&(long + "y"))).await.unwrap_err().of("messages[0].content").is_some());
        assert_eq!(count(test, "SELECT COUNT(*) FROM versions").await, 2);
    })
    .await;
}

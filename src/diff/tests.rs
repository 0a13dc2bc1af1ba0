use proptest::prelude::*;

use super::*;

fn check(old: &str, new: &str) {
    let diff = TextDiff::new(old, new);
    assert_eq!(diff.apply(old).unwrap(), new);
    assert_eq!(TextDiff::new(new, old), diff.clone().mirror());
    assert_eq!(diff.is_empty(), old == new);
    assert_eq!(diff.count() == Count::default(), old == new);
    check_numbers(&diff, row::lines(old).len() as u32, row::lines(new).len() as u32);
    assert_eq!(serde_json::from_str::<TextDiff>(&serde_json::to_string(&diff).unwrap()).unwrap(), diff);
}

fn check_numbers(diff: &TextDiff, old: u32, new: u32) {
    let olds: Vec<u32> = diff.rows.iter().filter_map(|row| row.old_line().map(|cell| cell.line)).collect();
    let news: Vec<u32> = diff.rows.iter().filter_map(|row| row.new_line().map(|cell| cell.line)).collect();
    assert_eq!((olds, news), ((1..=old).collect(), (1..=new).collect()));
}

/// The views say in their own way what the rows say.
fn check_views(diff: &TextDiff) {
    let (lines, pairs) = (unified(&diff.rows), side_by_side(&diff.rows));
    let said = |cell: Option<Cell<'_>>| cell.map(|cell| (cell.line, cell.spans.iter().map(|span| span.text).collect::<String>()));
    let olds: Vec<_> = diff.rows.iter().filter_map(|row| said(row.old_line())).collect();
    let news: Vec<_> = diff.rows.iter().filter_map(|row| said(row.new_line())).collect();
    assert_eq!(pairs.iter().filter_map(|(old, _)| said(old.clone())).collect::<Vec<_>>(), olds);
    assert_eq!(pairs.iter().filter_map(|(_, new)| said(new.clone())).collect::<Vec<_>>(), news);
    let side = |number: fn(&Line<'_>) -> Option<u32>| -> Vec<(u32, String)> {
        lines.iter().filter_map(|line| number(line).map(|at| (at, line.spans.iter().map(|span| span.text).collect()))).collect()
    };
    assert_eq!((side(|line| line.old), side(|line| line.new)), (olds, news));
}

fn shown(diff: &TextDiff) -> Vec<String> {
    let mark = |line: &Line<'_>| {
        let sign = match line.op {
            Op::Same => ' ',
            Op::Delete => '-',
            Op::Add => '+',
        };
        format!("{sign}{}", line.spans.iter().map(|span| span.text).collect::<String>())
    };
    unified(&diff.rows).iter().map(mark).collect()
}

proptest! {
    #[test]
    fn applying_gives_the_other_side_and_the_way_back_is_the_mirror(
        old in prop::collection::vec("[ab ]{0,3}|\\{\\{[ab]\\}\\}|one two three|one (four|five) three", 0..12),
        new in prop::collection::vec("[ab ]{0,3}|\\{\\{[ab]\\}\\}|one two three|one (four|five) three", 0..12),
    ) {
        check(&old.join("\n"), &new.join("\n"));
        check_views(&TextDiff::new(&old.join("\n"), &new.join("\n")));
    }

    #[test]
    fn any_text_against_any_other_comes_out_to_the_byte(old in "(.|\n|\r\n){0,40}", new in "(.|\n|\r\n){0,40}") {
        check(&old, &new);
    }

    #[test]
    fn a_text_with_a_few_edits_comes_out_to_the_byte(
        words in prop::collection::vec("[a-d]{1,2}[,.]? |\n|\n\n|  ", 1..120),
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[a-e ]{0,4}|\n"), 0..6),
    ) {
        let mut edited = words.clone();
        for (at, text) in edits {
            let at = at.index(edited.len());
            edited[at] = text;
        }
        check(&words.concat(), &edited.concat());
    }

    #[test]
    fn the_pieces_of_a_changed_line_are_in_order_and_none_is_empty(old in "([a-c]{1,3}[ ,.]){0,12}", new in "([a-c]{1,3}[ ,.]){0,12}") {
        for row in TextDiff::new(&old, &new).rows {
            let Row::Change { pieces, .. } = row else { continue };
            let rank = |piece: &Piece| match piece { Piece::Same(_) => 0, Piece::Delete(_) => 1, Piece::Add(_) => 2 };
            prop_assert!(pieces.iter().all(|piece| !piece.text().is_empty()));
            prop_assert!(pieces.windows(2).all(|pair| rank(&pair[0]) < rank(&pair[1]) || rank(&pair[1]) == 0 && rank(&pair[0]) != 0), "{pieces:?}");
        }
    }

    #[test]
    fn a_fold_loses_no_row_and_shows_the_context_of_every_change(
        old in prop::collection::vec("[a-c]", 0..40), new in prop::collection::vec("[a-c]", 0..40), context in 0usize..4,
    ) {
        let diff = TextDiff::new(&old.join("\n"), &new.join("\n"));
        let parts = fold(&diff.rows, context);
        let all: Vec<Row> = parts.iter().flat_map(|part| match part { Part::Rows(rows) | Part::Folded(rows) => rows.to_vec() }).collect();
        prop_assert_eq!(&all, &diff.rows);
        let mut at = 0;
        for part in &parts {
            let (Part::Rows(rows) | Part::Folded(rows)) = part;
            let near = diff.rows[at.max(context) - context..(at + rows.len() + context).min(diff.rows.len())].iter();
            prop_assert!(!matches!(part, Part::Folded(_)) || near.clone().all(Row::is_same));
            prop_assert!(!rows.is_empty());
            at += rows.len();
        }
    }
}

#[test]
fn a_line_break_at_the_end_is_a_line_of_its_own() {
    assert_eq!(shown(&TextDiff::new("a\nb", "a\nb\n")), [" a", " b", "+"]);
    assert_eq!(shown(&TextDiff::new("a\r\nb", "a\nb")), ["-a\r", "+a", " b"]);
    assert_eq!(shown(&TextDiff::new("", "a")), ["+a"]);
}

#[test]
fn hunks_begin_and_end_where_a_reader_would_cut() {
    let old = "# One\n\nText a.\n\n# Two\n\nText b.";
    let new = "# One\n\nText a.\n\n# New\n\nText n.\n\n# Two\n\nText b.";
    assert_eq!(shown(&TextDiff::new(old, new))[4..8], ["+# New", "+", "+Text n.", "+"]);
    let old = "fn a() {\n    x\n}\n\nfn c() {\n    x\n}";
    let new = "fn a() {\n    x\n}\n\nfn b() {\n    x\n}\n\nfn c() {\n    x\n}";
    assert_eq!(shown(&TextDiff::new(old, new))[4..8], ["+fn b() {", "+    x", "+}", "+"]);
}

#[test]
fn rows_are_small_on_the_wire() {
    let diff = TextDiff::new("a\nbe kind", "a\nact up");
    let json = r#"[{"op":"same","old":1,"new":1,"text":"a"},{"op":"delete","old":2,"text":"be kind"},{"op":"add","new":2,"text":"act up"}]"#;
    assert_eq!(serde_json::to_string(&diff).unwrap(), json);
    let diff = TextDiff::new("be very kind", "be very brave");
    assert_eq!(serde_json::to_string(&diff).unwrap(), r#"[{"op":"change","old":1,"new":1,"pieces":[{"same":"be very "},{"delete":"kind"},{"add":"brave"}]}]"#);
}

#[test]
fn a_diff_is_not_applied_to_another_text() {
    assert_eq!(TextDiff::new("a", "b").apply("c").unwrap_err().code, "diff_base_changed");
}

#[test]
fn the_worst_texts_come_back_to_the_byte() {
    let lines = |word: &str, kinds: usize| (0..5_000).map(|at| format!("{word} {} and {} of {word}\n", at * 7_919 % kinds, at % 13)).collect::<String>();
    let long = |word: &str| format!("{word} ").repeat(1 << 18);
    let braces = "{{ ".repeat(1 << 18);
    for (old, new) in [
        (lines("alpha", 5_000), lines("omega", 5_000)),
        (lines("alpha", 5_000), lines("alpha", 4_999)),
        (lines("a", 40), lines("a", 41)),
        ("\n".repeat(1 << 20), "x\n\n".repeat(1 << 18)),
        (long("abc"), long("abd")),
        (long("abc"), format!("{}x{}", long("abc"), long("ab c"))),
        (braces.clone(), format!("{braces}}}")),
    ] {
        // Without its bounds this would take hours; the benchmark has the figures.
        assert_eq!(TextDiff::new(&old, &new).new_text(), new);
    }
}

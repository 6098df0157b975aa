//! Patterns, compared with the `regex` crate.

use crate::core::pattern::Pattern;
use cpu_time::ThreadTime;
use proptest::prelude::*;
use proptest::sample::select;
use std::time::Duration;

const SPACE: &str =
    r"\t-\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}";
const WORD: &str = "0-9A-Z_a-z";

/// A pattern in our syntax, the same one for the `regex` crate, and whether a quantifier may follow.
type Both = (String, String, bool);

fn both(ours: &str, theirs: &str) -> Both {
    (ours.to_owned(), theirs.to_owned(), true)
}

fn in_class() -> impl Strategy<Value = Both> {
    select(vec![
        both("a", "a"),
        both("b-d", "b-d"),
        both("0-9", "0-9"),
        both(r"\d", "0-9"),
        both(r"\w", WORD),
        both(r"\s", SPACE),
        both(r"\D", "[^0-9]"),
        both(r"\S", &format!("[^{SPACE}]")),
        both(r"\-", r"\-"),
        both(".", r"\."),
        both("[", r"\["),
        both(r"\]", r"\]"),
        both("é-ü", "é-ü"),
        both("😀", "😀"),
        both("^", r"\^"),
        both(r"\@", "@"),
        both("&", r"\&"),
        both("$", r"\$"),
        both("-", r"\-"),
    ])
}

fn class() -> impl Strategy<Value = Both> {
    (any::<bool>(), prop::collection::vec(in_class(), 1..4)).prop_filter_map(
        "a `-` means a range, a `^` first negates",
        |(negated, items)| {
            let last = items.len() - 1;
            if items
                .iter()
                .enumerate()
                .any(|(at, item)| (item.0 == "-" && at != last) || (item.0 == "^" && at == 0))
            {
                return None;
            }
            let join = |side: fn(&Both) -> &str| items.iter().map(side).collect::<String>();
            let not = if negated { "^" } else { "" };
            Some(both(
                &format!("[{not}{}]", join(|item| &item.0)),
                &format!("[{not}{}]", join(|item| &item.1)),
            ))
        },
    )
}

fn pattern() -> impl Strategy<Value = Both> {
    let atom = prop_oneof![
        6 => select(vec![both("a", "a"), both("b", "b"), both("é", "é"), both("-", "-"), both("/", "/"), both("1", "1")]),
        3 => select(vec![
            both(".", r"[^\n\r\u{2028}\u{2029}]"), both(r"\d", "[0-9]"), both(r"\w", &format!("[{WORD}]")), both(r"\W", &format!("[^{WORD}]")),
            both(r"\s", &format!("[{SPACE}]")), both(r"\.", r"\."), both(r"\x61", "a"), both(r"\u0062", "b"), both(r"\u{1F600}", "😀"),
            both(r"\@", "@"), both(r"\n", r"\n"), both("[^]", r"[\s\S]"), both("[]", r"[a&&b]"),
        ]),
        3 => class(),
        1 => select(vec![("^".to_owned(), r"\A".to_owned(), false), ("$".to_owned(), r"\z".to_owned(), false)]),
    ];
    atom.prop_recursive(4, 24, 4, |inner| {
        let quantifier = select(vec!["*", "+", "?", "{2}", "{0}", "{0,2}", "{1,3}", "{1,}", "*?", "{2,}?", "??"]);
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| {
                let join = |side: fn(&Both) -> &str| parts.iter().map(side).collect::<String>();
                (join(|part| &part.0), join(|part| &part.1), false)
            }),
            3 => (inner.clone(), quantifier, any::<bool>()).prop_map(|(part, quantifier, captures)| {
                let (ours, theirs, is_atom) = part;
                let open = if captures { "(" } else { "(?:" };
                let ours = if is_atom { ours } else { format!("{open}{ours})") };
                (format!("{ours}{quantifier}"), format!("(?:{theirs}){quantifier}"), false)
            }),
            2 => (inner.clone(), inner).prop_map(|(a, b)| {
                both(&format!("({}|{})", a.0, b.0), &format!("(?:{}|{})", a.1, b.1))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn matches_like_the_regex_crate((ours, theirs, _) in pattern(), texts in prop::collection::vec("[ab1c_é😀@\\-/.&^\\]\u{a0}\u{feff}\u{85} \n\u{2028}]{0,8}", 1..8)) {
        // A search cannot tell how much a repetition matched. The anchored pattern can.
        let whole = (format!("^({ours})$"), format!(r"\A(?:{theirs})\z"));
        for (ours, theirs) in [(ours, theirs), whole] {
            let oracle = regex::Regex::new(&theirs).expect("a pattern for the oracle");
            let pattern = Pattern::new(&ours).expect("a pattern of the subset");
            for text in &texts {
                prop_assert_eq!(pattern.is_match(text), oracle.is_match(text), "/{}/ in {:?}", ours, text);
            }
        }
    }

    #[test]
    fn any_text_is_compiled_or_refused_without_a_panic(source in r"[\[\](){}?*+|^$\\a-z0-9,:\-.é]{0,16}", text in "[a-z0-9é]{0,8}") {
        if let Some(pattern) = Pattern::new(&source) {
            pattern.is_match(&text);
            pattern.for_html();
            // If the regex crate accepts it too, both match alike, Unicode aside.
            let theirs = source.replace("(?:", "(");
            if let Ok(oracle) = regex::Regex::new(&theirs)
                && text.is_ascii()
                && !source.contains(['\\', '['])
            {
                prop_assert_eq!(pattern.is_match(&text), oracle.is_match(&text));
            }
        }
    }
}

#[test]
fn refuses_syntax_outside_of_the_subset() {
    for source in [
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?<!a)",
        "(?<n>a)",
        "(?i)a",
        r"(a)\1",
        r"\k<n>",
        r"\bword\b",
        r"\B",
        r"\p{L}",
        r"\cA",
        r"\e",
        "\\",
        "a{,3}",
        "a{3,1}",
        "a{",
        "a}",
        "]",
        "a**",
        "a++",
        "*",
        "+a",
        "^*",
        "$+",
        "(",
        ")",
        "(a",
        "a)",
        "[a",
        "[z-a]",
        r"[\d-x]",
        r"\u{110000}",
        r"\ud83d",
        r"\u12",
        r"\x1",
        r"\01",
        "(?",
        "a{99999}",
        r"\u{}",
        r"\u{é}",
        r"\xé",
    ] {
        assert!(Pattern::new(source).is_none(), "{source}");
    }
}

#[test]
fn refuses_a_pattern_that_would_compile_to_too_much() {
    let start = ThreadTime::now();
    for source in [
        "a{4096}".to_owned(),
        "(((a{1000}){1000}){1000}){1000}".to_owned(),
        format!("{}a{}", "(".repeat(33), ")".repeat(33)),
        format!("{}a{}", "(".repeat(2_000), ")".repeat(2_000)),
        "(){4096}".to_owned(),
        "|".repeat(4_000),
        "a".repeat(5_000),
        format!(
            "([{}]{{1000}}){{3}}",
            (0..200)
                .map(|at| char::from_u32(0x400 + at * 2).unwrap())
                .collect::<String>()
        ),
    ] {
        assert!(
            Pattern::new(&source).is_none(),
            "{}",
            &source[..source.len().min(40)]
        );
    }
    assert!(start.elapsed() < Duration::from_secs(2));
    for source in ["[A-Za-z0-9_-]{20,500}", ".{1,1000}", r"^(\d{4}-){4}\w{64}$"] {
        assert!(Pattern::new(source).is_some(), "{source}");
    }
}

#[test]
fn patterns_that_stall_a_backtracking_matcher_run_in_linear_time() {
    for source in [
        "(a+)+$",
        "^(a|a)*$",
        "(a|aa)+$",
        "^(a*)*$",
        "^((a?){20}){20}$",
        "^(a*)*a{0,1000}$",
    ] {
        let pattern = Pattern::new(source).expect(source);
        let time_of = |length: usize| {
            let text = "a".repeat(length) + "b";
            let start = ThreadTime::now();
            assert!(!pattern.is_match(&text), "{source}");
            start.elapsed()
        };
        // A quadratic matcher takes 25 times as long for a text that is 5 times as long.
        let few = (0..3).map(|_| time_of(2_000)).min().unwrap();
        let many = time_of(10_000);
        assert!(many < few * 12, "{source}: {few:?} and {many:?}");
        // Nor is it given to a browser, which backtracks.
        assert_eq!(pattern.for_json_schema(source), None, "{source}");
        assert_eq!(pattern.for_html(), None, "{source}");
    }
}

#[test]
fn a_rewritten_pattern_is_no_longer_than_a_pattern_may_be() {
    // Under the flags `u` and `v`, each character of this class needs a backslash.
    let source = |pairs: usize| [r"\@[", &"(/".repeat(pairs), "]"].concat();
    let source_of = |pairs| {
        (
            source(pairs),
            Pattern::new(&source(pairs)).expect("a pattern"),
        )
    };
    let (fits, pattern) = source_of(1_023);
    let shown = pattern.for_json_schema(&fits).expect("shown");
    assert_eq!((fits.len(), shown.len()), (2_050, 4_095));
    assert!(Pattern::new(shown).expect("a pattern still").is_match("@/"));
    assert!(pattern.for_html().is_some());

    let (too_long, pattern) = source_of(1_024);
    assert!(pattern.for_json_schema(&too_long).is_none());
    assert!(pattern.for_html().is_none());
    assert!(pattern.is_match("@/") && !pattern.is_match("@x"));
}

#[test]
fn an_html_pattern_matches_the_whole_value_ignoring_outer_space() {
    for (source, html) in [
        ("^[a-z0-9-]+$", Some(r"\s*(?:[a-z0-9\-]+)\s*")),
        ("^sk-", Some(r"\s*(?:sk-).*")),
        ("end$", Some(r".*(?:end)\s*")),
        (r"a\$", Some(r".*(?:a\$).*")),
        ("a|b", Some(".*(?:a|b).*")),
        (r"\@[(@/]", Some(r".*(?:@[\(@\/]).*")),
        (r"[\@\-]", Some(r".*(?:[@\-]).*")),
        ("[$]", Some(".*(?:[$]).*")),
        ("^a|b$", None),
        // `{0}` matches nothing, but its text is still before the anchor.
        ("a{0}^b", None),
        ("é{0}^b", None),
        ("(^a)", None),
        ("(a$)", None),
        ("a^b", None),
        ("[&&]", None),
        ("^(a+)+$", None),
        ("^([a-z]+-)?x$", Some(r"\s*(?:([a-z]+-)?x)\s*")),
    ] {
        assert_eq!(
            Pattern::new(source).expect(source).for_html().as_deref(),
            html,
            "{source}"
        );
    }
    let known = |source: &'static str| {
        Pattern::new(source)
            .unwrap()
            .for_json_schema(source)
            .map(str::to_owned)
    };
    assert_eq!(known("^[a-z0-9-]+$").as_deref(), Some("^[a-z0-9-]+$"));
    assert_eq!(known(r"\@[\-\_]").as_deref(), Some(r"@[\-_]"));
}

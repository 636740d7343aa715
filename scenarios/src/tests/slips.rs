//! Slips of the pen: each is told with what mends it.

use super::diagnostics::with;
use crate::{Code, check};

/// The first problem of a file: message and help.
fn told(text: &str) -> (String, String) {
    let found = check(text, "small.yaml").diagnostics;
    let first = found.into_iter().next().expect("a problem");
    (first.message, first.help)
}

#[test]
fn what_is_no_yaml_is_told_what_would_be() {
    let good = with("-", "");
    let change = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let cases = [
        (change("  start_speed_mps", "\tstart_speed_mps"), "indent with spaces"),
        (change("title: Small", "title: Rider: asks"), "quote the text, `title: \"Rider: asks\"`"),
        (change("  end_m: 90", "   end_m: 90"), "begin it below `start_speed_mps`"),
        (change("dist: uniform, low", "dist: uniform low"), "a comma is missing between entries: `dist: uniform, low:`"),
        (change("exposure:", "---\nexposure:"), "remove the line `---`"),
    ];
    for (text, help) in cases {
        let (message, said) = told(&text);
        assert!(said.contains(help), "{message}: {said:?}, not {help}");
        assert!(!message.contains("from_str"), "{message}");
    }
}

#[test]
fn values_of_another_language_are_told_in_this_one() {
    let speed = |value: &str| with("ego", &format!("  start_speed_mps: {value}\n  end_m: 90"));
    let hazard = |value: &str| {
        with(
            "latents",
            &format!("  intent:\n    states:\n      stays: {{share: 0.5}}\n      goes: {{share: 0.5, hazard: {value}}}"),
        )
    };
    let prior = |value: &str| {
        let goes = format!("goes: {{prior: {{estimate: {value}, factor90: 2, source: A}}, hazard: true}}");
        with("latents", &format!("  intent:\n    states:\n      stays: {{prior: rest}}\n      {goes}"))
    };
    let cases = [
        (speed("if(v_mps >= 6, 1, 2)"), "write `>`"),
        (speed("if(v_mps <= 6, 1, 2)"), "write `<`"),
        (speed("intent == goes"), "choose by it: `{by: LATENT"),
        (speed("v_mps != 3"), "`<` and `>`"),
        (speed("v_mps ** 2"), "`x * x`"),
        (speed("v_mps ^ 2"), "`x * x`"),
        (speed("v_mps and 2"), "`all`, `any`"),
        (speed("\"v_mps ? 1 : 2\""), "`if(CONDITION, VALUE, OTHER)`"),
        (speed("5%"), "0.05 for 5%"),
        (hazard("yes"), "write `true`"),
        (hazard("off"), "write `false`"),
        (prior("5%"), "write `0.05`"),
    ];
    for (text, help) in cases {
        let (message, said) = told(&text);
        assert!(said.contains(help), "{message}: {said:?}, not {help}");
    }
}

#[test]
fn names_that_are_not_there_are_not_mended_by_the_wrong_ones() {
    // A value that stands further down.
    let order = with("ego", "  start_speed_mps: b_mps\n  end_m: 90") + "values:\n  b_mps: a_mps + 1\n  a_mps: v_mps\n";
    assert!(told(&order).1.contains("order matters") && told(&order).1.contains("move it up"), "{:?}", told(&order));
    // A lane that this road does not have.
    let road = with("ego", "  start_speed_mps: v_mps\n  end_m: 90 + road.parking_d_m");
    assert!(told(&road).1.starts_with("this road has none; add `parking: right`"), "{:?}", told(&road));
    let near = with("ego", "  start_speed_mps: v_mps\n  end_m: 90 + road.lane_widht_m");
    assert_eq!(told(&near).1, "did you mean `road.lane_width_m`?");
    // An ODD in the writing of parameters is told once.
    let odd = with("", "schema: nines.scenario/1\nname: small\ntitle: Small\nodd: [limited_urban]");
    assert!(told(&odd).1.starts_with("write `limited-urban`"), "{:?}", told(&odd));
    assert_eq!(check(&odd, "small.yaml").diagnostics.len(), 1);
    let variants = with("-", "") + "variants:\n  night: {extends: rain, share: 0.1, source: A, with: {title: x}}\n";
    assert!(told(&variants).1.contains("write all that differs from the base into `with`"), "{:?}", told(&variants));
}

#[test]
fn what_would_pass_unseen_is_told() {
    let codes = |text: &str| {
        let checked = check(text, "small.yaml");
        let reviewed = checked.scenarios().flat_map(|(s, places)| crate::review(s, places)).collect::<Vec<_>>();
        let all = [checked.diagnostics, reviewed].concat().into_iter().filter(|d| d.severity != crate::Severity::Note);
        all.map(|d| d.code).collect::<Vec<_>>()
    };
    let source = |text: &str| with("parameters", &format!("  v_mps: {{dist: uniform, low: 8, high: 12, source: {text}}}"));
    assert_eq!(codes(&source("\"\"")), [Code::MissingField]);
    assert_eq!(codes(&source("\" \"")), [Code::MissingField]);
    let kids = |count: &str| {
        let group = format!("group: {{count: {count}, most: 3}}");
        with(
            "actors",
            &format!(
                "  kids: {{kind: walker, class: child, {group}, s_m: 60 + 2 * member, go_time_s: {{by: intent, goes: 1, else: inf}}}}"
            ),
        )
    };
    assert_eq!(codes(&kids("v_mps / 2")), [Code::OutOfRange]);
    assert_eq!(codes(&kids("v_mps / 4")), []);
    let exposure = |x: &str| with("exposure", &format!("  limited-urban: {{per_1e6_km: {x}, factor90: 3, source: A}}"));
    assert_eq!(codes(&exposure("1.5e7")), [Code::ImplausibleValue]);
    assert_eq!(codes(&exposure("0.0002")), [Code::ImplausibleValue]);
    let variant =
        |with_: &str| with("-", "") + &format!("variants:\n  other: {{share: 0.1, source: A, title: Other, with: {with_}}}\n");
    assert_eq!(codes(&variant("{ego: {end_m: 90}}")), [Code::UnusedVariant]);
    assert_eq!(codes(&variant("{ego: {end_m: 91}}")), []);
}

/// What is laid over a file changes what is there; what is not there, and is nothing by itself, was meant for something else.
#[test]
fn what_is_laid_over_nothing_is_told_what_may_be_meant() {
    let over = |more: &str| format!("schema: nines.scenario/1\nname: own\nextends: child-at-curb\n{more}\n");
    let cases = [
        ("actors: {chlid: {speed_mps: 1}}", Code::UnknownActor, "did you mean `child`?"),
        ("parameters: {ego_sped_mps: {low: 1}}", Code::UnknownParameter, "did you mean `ego_speed_mps`?"),
        ("latents: {moon: {}}", Code::UnknownLatent, "; a new one says its `states`"),
    ];
    for (more, code, help) in cases {
        let found = check(&over(more), "own.yaml").diagnostics;
        assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [code], "{found:#?}");
        assert!(found[0].help.contains(help), "{found:#?}");
    }
}

/// The quote that is not closed is told where it opens, and the parser's place beside it; a text that ends too early, where it ends.
#[test]
fn a_quote_that_is_not_closed_is_told_where_it_opens() {
    let good = with("-", "");
    let quoted = good.replacen("source: A", "source: \"A\"", 1);
    assert!(quoted != good);
    let found = check(&quoted.replacen("title: Small", "title: \"Small", 1), "small.yaml").diagnostics;
    let title = 1 + good.lines().position(|l| l.starts_with("title:")).expect("a title") as u32;
    assert_eq!(found.iter().map(|d| (d.code, d.line, d.column)).collect::<Vec<_>>(), [(Code::Syntax, title, 8)], "{found:#?}");
    let noticed = 1 + quoted.lines().position(|l| l.contains("\"A\"")).expect("a source") as u32;
    assert_eq!(found[0].labels.iter().map(|l| l.line).collect::<Vec<_>>(), [noticed]);
    let found = check(&good.replacen("title: Small", "title: \"Sm\" all", 1), "small.yaml").diagnostics;
    assert_eq!((found[0].line, found[0].labels.len()), (title, 0), "{found:#?}");
}

/// A root counts where it is taken: by the state and on the side of an `if` that holds.
#[test]
fn roots_of_negative_values_are_found_where_they_count() {
    let told = |value: &str| {
        let text = with("ego", &format!("  start_speed_mps: {value}\n  end_m: 90"));
        check(&text, "small.yaml").diagnostics.iter().map(|d| (d.code, d.message.clone())).collect::<Vec<_>>()
    };
    for bad in [
        "sqrt(0 - 1)",
        "1 + sqrt(v_mps - 100)",
        "\"if(v_mps > 0, sqrt(0 - v_mps), 1)\"",
        "{by: intent, goes: sqrt(0 - v_mps), stays: 5}",
    ] {
        let found = told(bad);
        assert!(
            found.len() == 1 && found[0].0 == Code::OutOfRange && found[0].1.contains("square root of -"),
            "{bad}: {found:?}"
        );
    }
    for good in ["sqrt(v_mps)", "\"if(v_mps < 0, sqrt(0 - v_mps), 1)\"", "\"sqrt(max(0, 0 - v_mps))\""] {
        assert_eq!(told(good), [], "{good}");
    }
}

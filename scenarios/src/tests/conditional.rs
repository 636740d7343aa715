//! Latent variables that depend on earlier ones.

use super::diagnostics::with;
use crate::{Code, LogicalScenario, check, parse};
use nines_sim::Sampling;

const BUS: &str = "  bus:\n    states:\n      stops: {prior: {estimate: 0.4, lower: 0.3, upper: 0.6, source: B1}}\n      goes_on: {prior: rest}\n";

fn text(latents: &str) -> String {
    let actor = "  child: {kind: walker, class: child, s_m: 60, go_time_s: {by: child, crosses: 1, else: inf}}";
    with("latents", latents).replace(&with("-", "").lines().find(|l| l.contains("child:")).expect("the child").to_owned(), actor)
}

fn child(crosses: &str, stays: &str) -> String {
    text(&format!("{BUS}  child:\n    states:\n      crosses: {{hazard: true, {crosses}}}\n      stays: {{{stays}}}"))
}

fn made(text: &str) -> LogicalScenario {
    let s = parse(text, "t.yaml").unwrap_or_else(|d| panic!("{d:#?}\n{text}"));
    assert_eq!(parse(&s.to_yaml(), "again").as_ref(), Ok(&s), "{}", s.to_yaml());
    s
}

const CROSSES: &str = "prior: {by: bus, stops: {estimate: 0.2, lower: 0.1, upper: 0.3, source: P1}, else: {estimate: 1e-4, lower: 0, upper: 2e-4, source: P2}}";

#[test]
fn a_stratum_has_the_product_of_its_priors() {
    let s = made(&child(CROSSES, "prior: rest"));
    let strata = s.strata();
    let priors: Vec<f64> = strata.iter().map(|x| x.prior.as_ref().expect("known").estimate).collect();
    let wanted = [0.4 * 0.2, 0.4 * 0.8, 0.6 * 1e-4, 0.6 * (1.0 - 1e-4)];
    assert!(priors.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-15), "{priors:?}");
    assert_eq!(s.compile().strata.iter().map(|x| x.weight).collect::<Vec<_>>(), priors);
    assert_eq!(strata.iter().map(|x| x.share).collect::<Vec<_>>(), priors);
    let limits = strata[0].prior.as_ref().map(|p| (p.lower, p.upper)).expect("known");
    assert!((limits.0 - 0.03).abs() < 1e-12 && (limits.1 - 0.18).abs() < 1e-12);
    // The bus stops as often as the extremes of its prior allow: 0.6 * 0.3 + 0.4 * 2e-4, and 0.3 * 0.1.
    let w = s.hazard_prior().expect("known");
    assert!(
        (w.estimate - (0.08 + 0.6e-4)).abs() < 1e-15 && (w.upper - 0.18008).abs() < 1e-12 && (w.lower - 0.03).abs() < 1e-12,
        "{w:?}"
    );
    assert_eq!(w.source, "P1; P2; B1");
    // As often in draws as the priors say.
    let t = s.compile();
    let hazards = (0..20_000).filter(|k| t.strata[t.draw(3, Sampling::Mc, *k).stratum as usize].hazard).count() as f64;
    assert!((hazards / 20_000.0 - w.estimate).abs() < 4.0 * (w.estimate / 20_000.0).sqrt(), "{hazards}");
}

#[test]
fn shares_may_depend_on_earlier_states_too() {
    let bus = "  bus: {states: {stops: {share: 0.25}, goes_on: {share: rest}}}\n";
    let child = "  child: {states: {crosses: {hazard: true, share: {by: bus, stops: 0.5, goes_on: 0}}, stays: {share: rest}}}";
    let s = made(&text(&format!("{bus}{child}")));
    assert_eq!(s.strata().iter().map(|x| x.share).collect::<Vec<_>>(), [0.125, 0.125, 0.0, 0.75]);
    assert!(s.hazard_prior().is_none());
    let t = s.compile();
    assert!((0..5_000).all(|k| t.draw(1, Sampling::Stratified, k).stratum != 2), "a stratum that cannot be was drawn");
}

/// A third variable that depends on both before it, by choices within choices.
#[test]
fn choices_nest() {
    let prior = |x: f64| format!("{{estimate: {x}, factor90: 2, source: A}}");
    let nested = format!("{{by: bus, stops: {{by: day, school: {}, else: {}}}, else: {}}}", prior(0.3), prior(0.1), prior(0.01));
    let day = format!("  day: {{states: {{school: {{prior: {}}}, free: {{prior: rest}}}}}}\n", prior(0.5));
    let s = made(&text(&format!(
        "{BUS}{day}  child: {{states: {{crosses: {{hazard: true, prior: {nested}}}, stays: {{prior: rest}}}}}}"
    )));
    let hazard: f64 = s.compile().strata.iter().filter(|x| x.hazard).map(|x| x.weight).sum();
    assert!((hazard - (0.4 * (0.5 * 0.3 + 0.5 * 0.1) + 0.6 * 0.01)).abs() < 1e-15);
    assert!((s.hazard_prior().expect("known").estimate - hazard).abs() < 1e-15);
}

/// The limits hold for any priors within theirs, and corners come near them.
#[test]
fn the_limits_of_the_hazard_hold_for_all_priors_within_theirs() {
    let three = "  bus:\n    states:\n      stops: {prior: {estimate: 0.3, lower: 0.2, upper: 0.5, source: A}}\n      \
                 waits: {prior: {estimate: 0.2, lower: 0.1, upper: 0.25, source: A}}\n      goes_on: {prior: rest}\n";
    let prior = |e: f64, l: f64, u: f64| format!("{{estimate: {e}, lower: {l}, upper: {u}, source: A}}");
    let by = format!(
        "{{by: bus, stops: {}, waits: {}, goes_on: {}}}",
        prior(0.2, 0.1, 0.4),
        prior(0.5, 0.3, 0.9),
        prior(0.1, 0.05, 0.2)
    );
    let s =
        made(&text(&format!("{three}  child: {{states: {{crosses: {{hazard: true, prior: {by}}}, stays: {{prior: rest}}}}}}")));
    let w = s.hazard_prior().expect("known");
    let mut least = f64::INFINITY;
    let mut most = 0.0_f64;
    for i in 0..=60 {
        for j in 0..=30 {
            let (stops, waits) = (0.2 + 0.3 * f64::from(i) / 60.0, 0.1 + 0.15 * f64::from(j) / 30.0);
            let goes = 1.0 - stops - waits;
            let upper = stops * 0.4 + waits * 0.9 + goes * 0.2;
            let lower = stops * 0.1 + waits * 0.3 + goes * 0.05;
            (least, most) = (least.min(lower), most.max(upper));
        }
    }
    assert!(w.lower <= least + 1e-12 && w.upper >= most - 1e-12, "{w:?} {least} {most}");
    assert!((w.lower - least).abs() < 1e-9 && (w.upper - most).abs() < 1e-9, "{w:?} {least} {most}");
}

#[test]
fn mistakes_have_their_code_and_line() {
    use Code::*;
    let first = text("").lines().position(|l| l == "latents:").expect("it") as u32 + 1;
    let codes = |crosses: &str, stays: &str| -> Vec<(u32, Code)> {
        check(&child(crosses, stays), "t.yaml").diagnostics.iter().map(|d| (d.line - first, d.code)).collect()
    };
    assert_eq!(codes("prior: {by: buss, stops: 1, else: 2}", "prior: rest"), [(7, UnknownLatent)]);
    assert_eq!(codes("prior: {by: child, stays: 1, else: 2}", "prior: rest"), [(7, UnknownLatent)]);
    assert_eq!(codes("prior: {by: bus, stop: {estimate: 0.1, factor90: 2, source: A}}", "prior: rest")[0], (7, UnknownState));
    assert_eq!(codes("prior: {by: bus, stops: {estimate: 0.1, factor90: 2, source: A}}", "prior: rest"), [(7, MissingState)]);
    assert_eq!(codes("prior: {by: bus, stops: {estimate: 0.1, source: A}, else: rest}", "prior: rest").len(), 2);
    let half = "prior: {by: bus, stops: {estimate: 0.5, factor90: 1, source: A}, else: {estimate: 0.6, factor90: 1, source: A}}";
    let found = check(&child(half, "prior: {estimate: 0.5, factor90: 1, source: A}"), "t.yaml").diagnostics;
    assert_eq!(
        (found[0].code, found[0].message.as_str()),
        (PriorSum, "the priors of `child` given `bus=goes_on` add up to 1.1, not to 1")
    );
    assert_eq!(codes("share: {by: bus, stops: 0.5, else: 1.5}", "share: rest"), [(7, ProbabilityRange)]);
    assert_eq!(codes("share: {by: bus, stops: 0.5, else: 0.5}", "share: 0.6"), [(5, ShareSum)]);
}

/// Choices within choices by the same variable double with every `else`.
#[test]
fn nested_choices_do_not_multiply_without_end() {
    let nested = |depth: usize, leaf: &str| "{by: bus, else: ".repeat(depth) + leaf + &"}".repeat(depth);
    let codes = |text: &str| check(text, "t.yaml").diagnostics.iter().map(|d| d.code).collect::<Vec<_>>();
    let started = std::time::Instant::now();
    let leaf = "{estimate: 0.1, factor90: 2, source: A}";
    assert_eq!(codes(&child(&format!("prior: {}", nested(24, leaf)), "prior: rest"))[0], Code::TooComplex);
    let value = child(CROSSES, "prior: rest")
        .replace("go_time_s: {by: child, crosses: 1, else: inf}", &format!("go_time_s: {}", nested(25, "1")));
    assert!(codes(&value).contains(&Code::TooComplex));
    let many: String = (0..12).map(|k| format!("  l{k}: {{states: {{a: {{share: 0.5}}, b: {{share: 0.5}}}}}}\n")).collect();
    assert!(codes(&text(&(many + BUS))).contains(&Code::TooMany));
    assert!(started.elapsed().as_secs() < 5);
}

//! What stands on the screen, to the letter.

use super::*;
use crate::gate::{Gate, GateDemand, GateScenario, GateVerdict};
use crate::summary::{EstimateKind, SeedFrom};

fn style() -> Style {
    Style::default()
}

#[test]
fn results_of_a_run_in_80_columns() {
    let expected = "
                       given the hazard           nines      encounter
scenario               P(fail)  95% interval      dem. est.  dem. est.   lost
ball-between-cars      1.9e-2   [1.7e-2, 2.1e-2]   1.6  1.7     –    –  0.4 s
child-at-curb          1.3e-2   [1.2e-2, 1.5e-2]   1.8  1.8   4.2  7.7  0.9 s
cut-in-short-headway   1.9e-3   [1.5e-3, 2.4e-3]   2.6  2.7   3.2  3.4  0.4 s
pedestrian-behind-van  8.6e-4   [6.2e-4, 1.2e-3]   2.9  3.0     –    –  0.7 s
stopped-school-bus     4.2e-4   [2.6e-4, 6.5e-4]   3.2  3.3   3.3  3.4  6.4 s
red-light-runner       3.8e-4   [2.2e-4, 6.0e-4]   3.2  3.4   4.2 10.1  0.3 s
cut-out-reveal         1.6e-4   [6.9e-5, 3.2e-4]   3.5  3.7   3.5  3.8  1.9 s
debris-at-night        0        [0, 7.4e-5]        4.2    –   4.2    –  1.3 s

The march of common-sense, per hazard: scenarios of 8 at each nine
each judged by itself; nines gate corrects refutations for their number
  nine reliability dem. open refuted  what it takes
■ 1    90%            8    0       0  nothing more
✗ 2    99%            6    0       2  refuted by ball-between-cars and 1 more
✗ 3    99.9%          4    1       3  refuted by ball-between-cars and 2 more
✗ 4    99.99%         1    1       6  refuted by ball-between-cars and 5 more
whole-city, per encounter: 6 of 8 scenarios, 1 excluded (not 2 scenarios)
  ■ 3  99.9%      demonstrated  of 6 of 8 scenarios; 5.2e-5 to 5.3e-4 fail
  ○ 4  99.99%     open          of 6 of 8 scenarios; must fall 1.8-fold
for 4 nines, 1.8-fold less, must go: cut-in-short-headway/mode-1 33% and 1 more
8.0 failures per million miles [2.2, 28]; all 6 exposures are assumptions
5.0e-6 per km [1.3e-6, 1.8e-5]; 1.5e-4 per hour [4.1e-5, 5.3e-4]
left out: at most 65,000 more per million miles, if every encounter fails
caution  0.9 s lost per encounter; per 100 km 1.1 harsh brakes
coverage 2 of 3 values of its taxonomy exercised; nines odd coverage whole-city
lost to  anticipation 71%, reaction 14%, perception 8.8%, unavoidable 5.9%

failure mode                  share  95% interval  what fails, and where
ball-between-cars/mode-1        75%  [65%, 83%]    collision; gap_m low, ego_sp…
ball-between-cars/mode-2        25%  [17%, 35%]    collision; intent=dashing
child-at-curb/mode-1            75%  [65%, 83%]    collision; gap_m low, ego_sp…
child-at-curb/mode-2            25%  [17%, 35%]    collision; intent=dashing
cut-in-short-headway/mode-1     75%  [65%, 83%]    collision; gap_m low, ego_sp…
cut-in-short-headway/mode-2     25%  [17%, 35%]    collision; intent=dashing
pedestrian-behind-van/mode-1   100%  [80%, 100%]   collision; gap_m low; intent…
stopped-school-bus/mode-1      100%  [80%, 100%]   school bus; gap_m low; inten…
red-light-runner/mode-1        100%  [80%, 100%]   collision; gap_m low; intent…
cut-out-reveal/mode-1          100%  [80%, 100%]   collision; gap_m low; intent…
";
    assert_eq!(format!("\n{}", results(&crate::sample::campaign(), style())), expected);
}

#[test]
fn an_odd_in_part_is_said_to_be_one_wherever_its_rate_stands() {
    let mut campaign = crate::sample::campaign();
    let context = crate::ReportContext { folder: "a".into(), ..crate::ReportContext::default() };
    let all = |campaign: &crate::Summary| {
        [results(campaign, style()), crate::markdown(campaign, &context), crate::html(campaign, &context)]
    };
    for text in all(&campaign) {
        assert!(!text.contains(crate::ALONE), "{text}");
    }
    assert!(all(&campaign)[1].contains("| Any contact, human ride-hail | 64 | 40 |"), "both units");
    campaign.odds[0].left_out_because[0].why = "not-run".into();
    let [terminal, markdown, report] = all(&campaign);
    let head = "whole-city, per encounter: 6 of 8 scenarios";
    assert!(terminal.contains(head) && terminal.contains("[2.2, 28] of these encounters alone\n"), "{terminal}");
    assert!(!terminal.contains("per km"), "{terminal}");
    assert!(markdown.contains("## whole-city, of these encounters alone\n") && !markdown.contains("Human rate"), "{markdown}");
    assert!(markdown.contains("28] of these encounters alone"), "{markdown}");
    assert!(report.contains("On the road: whole-city, of these encounters alone</h2>") && !report.contains("Human rates beside"));
    assert!(report.contains("Failures per million miles of these encounters alone"));
}

#[test]
fn a_wide_terminal_shows_causes() {
    let text = run_table(&crate::sample::campaign(), Style { width: 100, ..style() });
    assert!(
        text.contains("\nstopped-school-bus   4.2e-4   [2.6e-4, 6.5e-4]  4.0e-4   3.2  3.3  4.6   3.3  3.4  6.4 s  school bus\n"),
        "{text}"
    );
}

#[test]
fn names_and_causes_are_shortened_before_the_cause_is_lost() {
    let at = |width| run_table(&crate::sample::campaign(), Style { width, ..style() });
    let full = at(120);
    let lines: Vec<&str> = full.lines().collect();
    let most = lines.iter().map(|l| l.chars().count()).max().unwrap();
    for width in [most - 1, most - 5] {
        let text = at(width);
        assert!(text.contains("  cause") && text.contains('…') && text.lines().all(|l| l.chars().count() <= width), "{text}");
    }
    // Names that would become one are not shortened to it.
    let mut campaign = crate::sample::campaign();
    for (k, s) in campaign.scenarios.iter_mut().enumerate() {
        s.name = format!("the-same-at-either-{k}-end-and-long");
    }
    let text = run_table(&campaign, Style { width: 80, ..style() });
    let mut names: Vec<&str> = text.lines().skip(2).filter_map(|l| l.split_whitespace().next()).collect();
    names.dedup();
    assert_eq!(names.len(), campaign.scenarios.len(), "{text}");
}

#[test]
fn nothing_is_wider_than_the_terminal_and_ascii_suffices() {
    for width in [30, 40, 57, 80, 100] {
        for unicode in [true, false] {
            let style = Style { width, unicode, color: false };
            let text = results(&crate::sample::campaign(), style) + &super::gate(&gate_sample(), true, style);
            for line in text.lines().filter(|line| !line.contains("nines per hazard") && !line.starts_with("The march")) {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
            assert!(unicode || text.is_ascii(), "{text}");
        }
    }
}

#[test]
fn colour_only_adds_escapes() {
    let plain = results(&crate::sample::campaign(), style());
    let painted = results(&crate::sample::campaign(), Style { color: true, ..style() });
    let mut stripped = String::new();
    for (k, part) in painted.split('\u{1b}').enumerate() {
        stripped += if k == 0 { part } else { part.split_once('m').unwrap().1 };
    }
    assert_ne!(painted, plain);
    assert_eq!(stripped, plain);
}

#[test]
fn the_march_of_one_scenario() {
    let expected = "\
debris-at-night, per hazard
  ■ 4  99.99%     demonstrated  0 of 50,000 failed
  ○ 5  99.999%    open          500,000 more rollouts if none fails; about 3.2 s
  ○ 6  99.9999%   open          5,900,000 more rollouts if none fails
  ○ 7  99.99999%  open          59,900,000 more rollouts if none fails
";
    assert_eq!(scenario_march(&crate::sample::campaign().scenarios[4], Some(156_000.0), style()), expected);
}

#[test]
fn a_gate_lists_what_is_not_demonstrated_and_answers_last() {
    let expected = "\
■ demonstrated  4 scenarios            (-v lists them)
○ undecided     pedestrian-behind-van  6.5e-4 to 1.2e-3 fail; 182k more rollouts
✗ refuted       ball-between-cars      at least 1.8e-2 fail, 1.0e-3 allowed
✗ refuted       child-at-curb          at least 1.2e-2 fail, 1.0e-3 allowed
✗ refuted       cut-in-short-headway   at least 1.6e-3 fail, 1.0e-3 allowed
✗ 3 nines per hazard at 95% in every scenario: refuted by 3 of 8, undecided in 1
";
    assert_eq!(super::gate(&gate_sample(), false, style()), expected);
    let verbose = super::gate(&gate_sample(), true, style());
    assert!(verbose.starts_with("■ demonstrated  cut-out-reveal         at most 2.9e-4 fail, 1.0e-3 allowed\n"), "{verbose}");
}

#[test]
fn a_gate_that_holds_says_so() {
    let mut gate = gate_sample();
    gate.scenarios.retain(|s| s.verdict == GateVerdict::Demonstrated);
    gate.verdict = GateVerdict::Demonstrated;
    assert_eq!(gate_answer(&gate), "3 nines per hazard at 95% in every scenario: demonstrated by all 4");
}

#[test]
fn a_refutation_lost_by_correction_is_named() {
    let mut gate = gate_sample();
    let lost = gate.scenarios.iter_mut().find(|s| s.verdict == GateVerdict::Refuted).unwrap();
    lost.verdict = GateVerdict::Undecided;
    let text = super::gate(&gate, false, style());
    assert_eq!(text.matches("                refuted alone, not after correction for 8 scenarios\n").count(), 1, "{text}");
}

#[test]
fn a_gate_of_one_scenario_speaks_of_one() {
    let mut gate = gate_sample();
    gate.scenarios.retain(|s| s.name == "debris-at-night");
    gate.verdict = GateVerdict::Demonstrated;
    gate.demand.nines = Some(1);
    assert_eq!(gate_answer(&gate), "one nine per hazard at 95% in debris-at-night: demonstrated");
}

#[test]
fn estimates_that_count_the_unseen_as_absent_are_marked() {
    let mut campaign = crate::sample::campaign();
    campaign.scenarios[1].probability.as_mut().unwrap().diagnostics.warnings = vec!["no-failure-outside-hazard".into()];
    let text = run_table(&campaign, style());
    assert!(text.contains("   4.2  7.7*  0.9 s\n") && text.contains("   3.2  3.4   0.4 s\n"), "{text}");
    assert!(text.contains("\n* no failure outside the hazard was seen,"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(crate::markdown(&campaign, &crate::ReportContext::default()).contains("| 7.7\\* |"));
    let page = crate::html(&campaign, &crate::ReportContext::default());
    assert!(page.contains("7.7*") && page.contains("* no failure outside the hazard"));
}

#[test]
fn a_scenario_without_rollouts_has_no_number() {
    let mut campaign = crate::sample::campaign();
    campaign.scenarios.truncate(1);
    let s = &mut campaign.scenarios[0];
    s.hazard.probability.kind = EstimateKind::None;
    s.hazard.probability.estimate = None;
    s.nines = crate::Nines { per: crate::Per::Hazard, demonstrated: 0.0, estimated: None };
    s.caution = None;
    (s.avoidable, s.ceiling_nines) = (None, None);
    let text = run_table(&campaign, style());
    assert!(text.contains("\nball-between-cars  –        –              0.0    –     –    –     –  child\n"), "{text}");
}

fn gate_sample() -> Gate {
    let scenarios = crate::sample::campaign().scenarios;
    let scenarios: Vec<GateScenario> = scenarios
        .iter()
        .map(|s| {
            let p = &s.hazard.probability;
            let verdict = match (p.one_sided_upper <= 1e-3, p.one_sided_lower > 1e-3) {
                (true, _) => GateVerdict::Demonstrated,
                (_, true) => GateVerdict::Refuted,
                _ => GateVerdict::Undecided,
            };
            GateScenario {
                name: s.name.clone(),
                verdict,
                kind: EstimateKind::Sampled,
                limit: 1e-3,
                one_sided_lower: p.one_sided_lower,
                one_sided_upper: p.one_sided_upper,
                upper_with_reach: None,
                rollouts_needed: (verdict == GateVerdict::Undecided).then_some(181_004),
                rollouts_needed_clean: None,
                why: None,
                replay: None,
            }
        })
        .collect();
    Gate {
        schema: crate::GATE_SCHEMA.into(),
        verdict: GateVerdict::Refuted,
        demand: GateDemand {
            nines: Some(3),
            scope: "scenario".into(),
            per: "hazard".into(),
            confidence: 0.95,
            evidence: "demonstrated".into(),
            registered: false,
        },
        seed_from: SeedFrom::Auto,
        versions_before: None,
        campaigns_before: None,
        left_out: vec![],
        excluded: vec![],
        scenarios,
    }
}

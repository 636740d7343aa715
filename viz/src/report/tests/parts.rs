//! Sections that not every campaign has: attribution, beliefs, histories, pictures, a comparison; and the checklist.

use super::{assert_well_formed, context};
use crate::compare::*;
use crate::report::{Against, Convergence, ModePicture, ReportContext, html};
use crate::sample::campaign;
use crate::summary::*;
use std::collections::BTreeMap;

/// Without anything by hindsight.
fn unattributed() -> Summary {
    let mut campaign = campaign();
    for s in &mut campaign.scenarios {
        (s.attribution, s.avoidable, s.ceiling_nines) = (None, None, None);
    }
    campaign
}

fn attributed() -> Summary {
    let mut campaign = unattributed();
    let share = |estimate| Share { estimate, lower: 0.5 * estimate, upper: (2.0 * estimate).min(1.0) };
    let s = &mut campaign.scenarios[1];
    s.attribution = Some(Attribution {
        failures: 652,
        analysed: 200,
        unavoidable: 12,
        anticipation: 171,
        reaction: 11,
        perception: 6,
        shares: AttributionShares {
            unavoidable: share(0.06),
            anticipation: share(0.855),
            reaction: share(0.055),
            perception: share(0.03),
        },
    });
    s.avoidable =
        Some(Avoidable { probability: 0.01226, one_sided_upper: 0.013632, of: "hazard".into(), by: "hindsight".into() });
    s.ceiling_nines = Some(3.107);
    campaign
}

#[test]
fn attribution_is_drawn_where_there_is_one_and_nowhere_else() {
    let without = html(&unattributed(), &context());
    assert!(!without.contains("Where the nines are lost") && !without.contains("id=\"attribution\""));
    let page = html(&attributed(), &context());
    assert_well_formed(&page);
    for text in [
        "Of 200 failures analysed in hindsight (of 652): unavoidable <strong>6.0%</strong>, anticipation <strong>86%</strong>, perception <strong>3.0%</strong>, reaction <strong>5.5%</strong>",
        // 12 of 200 from the left end, then 171.
        "<rect class=\"a0\" x=\"0%\" y=\"20%\" width=\"6%\" height=\"60%\"></rect><rect class=\"a1\" x=\"6%\" y=\"20%\" width=\"85.5%\"",
        "at most 1.4e-2",
        "ceiling: no driving reaches more",
        "[42%, 100%]",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(page.contains("Hindsight says whether and until when they were avoidable"));
}

/// Two scenarios are left out, each met 0.02 times a km: 2 * 0.02 * 1,609,344 = 64,373.76 times in a million miles.
#[test]
fn what_is_left_out_may_add_so_much_to_the_rate() {
    let page = html(&campaign(), &context());
    let said = "<dt>Scenarios left out</dt><dd>at most 65,000 more per million miles <small>if every encounter of theirs failed, at its stated exposure";
    assert!(
        page.contains(said),
        "{}",
        page.split("Scenarios left out").nth(1).unwrap_or_default().chars().take(200).collect::<String>()
    );
    let mut whole = campaign();
    whole.odds[0].left_out.clear();
    whole.odds[0].left_out_because.clear();
    assert!(!html(&whole, &context()).contains("Scenarios left out"));
}

#[test]
fn beliefs_are_drawn_with_their_skill() {
    let mut campaign = campaign();
    let around = |x: f64| Limits { lower: x - 0.02, upper: x + 0.02 };
    let bin = |k: u32, rollouts: u64, observed: f64| CalibrationBin {
        from: f64::from(k) / 10.0,
        to: f64::from(k + 1) / 10.0,
        rollouts,
        stated: f64::from(k) / 10.0 + 0.04,
        observed,
        lower: (observed - 0.1).max(0.0),
        upper: (observed + 0.1).min(1.0),
    };
    let belief = |belief: &str, brier_skill| Calibration {
        belief: belief.into(),
        rollouts: 1000,
        statements: 990,
        base_rate: 0.5,
        brier: 0.19,
        brier_limits: around(0.19),
        brier_skill,
        brier_skill_limits: around(brier_skill),
        log_loss: 0.56,
        log_loss_limits: around(0.56),
        log_loss_skill: 0.19,
        log_loss_skill_limits: around(0.19),
        confidence: 0.95,
        interval: "normal".into(),
        curve: vec![bin(0, 300, 0.05), bin(5, 400, 0.5), bin(9, 300, 0.97)],
    };
    campaign.scenarios[1].calibration = Some(vec![belief("intent=dashing", 0.24), belief("<i>", -0.5)]);
    let page = html(&campaign, &context());
    assert_well_formed(&page);
    // A skill of 0.24 on an axis from -1 to 1.
    assert!(page.contains("<circle class=\"dot\" cx=\"62%\""));
    for text in [
        "What it believed",
        "1 of 2 lie below 0",
        "+0.24",
        "[+0.22, +0.26]",
        "-0.50",
        "&lt;i&gt;",
        "990 of 1,000",
        "stated 0.94, was so in 97%",
        // On the diagonal: 0.54 stated, 0.5 observed, from below.
        "<circle class=\"dot\" cx=\"54%\" cy=\"50%\"",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let mut silent = campaign.clone();
    silent.scenarios.iter_mut().for_each(|s| s.calibration = None);
    let page = html(&silent, &context());
    assert!(page.contains("The policy stated no belief") && !page.contains("Skill against the base rate"));
}

#[test]
fn a_history_is_drawn_and_told() {
    let point = |rollouts, failures, estimate, lower, upper| Convergence {
        rollouts,
        hazard_rollouts: rollouts / 2,
        failures,
        estimate,
        lower,
        upper,
    };
    let points = vec![
        point(1_000, 10, 0.02, 0.01, 0.04),
        point(10_000, 60, 0.012, 0.01, 0.02),
        point(100_000, 652, 0.01304, 0.0121, 0.0141),
    ];
    let mut context = context();
    context.convergence = BTreeMap::from([("child-at-curb".into(), points)]);
    let page = html(&campaign(), &context);
    assert_well_formed(&page);
    for text in [
        "How the estimates came about",
        "Convergence of child-at-curb",
        "from 1,000 rollouts to 100,000: at the end 1.3e-2 [1.2e-2, 1.5e-2]",
        "holds by itself at its number of rollouts",
        "<td class=\"n\">100,000</td><td class=\"n\">50,000</td><td class=\"n\">652</td>",
    ] {
        assert!(page.contains(text), "{text}");
    }
    // A tenth of the decades from 1,000 to 100,000 rollouts is where 10,000 lie: the middle.
    assert!(page.contains("points=\"0.0,"), "the line starts at the left");
    assert!(page.contains(" 50.0,"), "and has its second point in the middle");
    assert_eq!(page.matches("class=\"band\"").count(), 1);
}

#[test]
fn pictures_stand_with_their_modes_and_the_command_that_replays_them() {
    let mut context = context();
    let picture = ModePicture {
        svg: "<svg viewBox=\"0 0 1 1\" role=\"img\"><title>t</title><desc>d</desc></svg>".into(),
        failed_s: 4.26,
        speed_mps: 8.2,
    };
    context.pictures = BTreeMap::from([("child-at-curb/mode-1".into(), picture)]);
    let page = html(&campaign(), &context);
    assert_well_formed(&page);
    assert!(page.contains("after 4.3 s, at 8.2 m/s"));
    assert!(page.contains("nines replay campaigns/common-sense-001 child-at-curb/mode-1 --open"));
    assert!(page.contains("no picture: its rollout is driven again"));
}

fn paired(verdict: CompareVerdict, estimate: f64) -> ComparePaired {
    ComparePaired {
        verdict,
        rollouts: 50_000,
        failures_a: 652,
        failures_b: 700,
        both: 640,
        only_a: 12,
        only_b: 60,
        neither: 49_288,
        p_value: 1e-8,
        p_holm: 1e-7,
        difference: CompareDifference {
            estimate: Some(estimate),
            lower: estimate - 1e-4,
            upper: estimate + 1e-4,
            confidence: 0.95,
            interval: "paired-exact".into(),
        },
        regressed: vec!["child-at-curb/71".into()],
    }
}

fn against() -> Against {
    let side = |fingerprint: &str| CompareCampaign {
        campaign: "sha256:1".into(),
        policy: "common-sense".into(),
        settings: BTreeMap::new(),
        fingerprint: fingerprint.into(),
        reproducible: true,
    };
    let scenario = |name: &str, verdict, estimate| CompareScenario {
        name: name.into(),
        verdict,
        hazard: paired(verdict, estimate),
        otherwise: None,
        encounter: None,
        why: None,
        ratio_upper: None,
        within_margin: None,
        time_lost: CompareTimeLost { mean_a_s: Some(0.8), mean_b_s: Some(0.9) },
        doubt: None,
    };
    let compared = Compare {
        schema: COMPARE_SCHEMA.into(),
        verdict: CompareVerdict::Worse,
        margin: None,
        confidence: 0.95,
        seed: 1,
        method: "stratified".into(),
        plan: "fixed".into(),
        a: side("sha256:aaaa"),
        b: side("sha256:bbbb"),
        driven_again: 0,
        scenarios: vec![
            scenario("child-at-curb", CompareVerdict::Worse, 9.6e-4),
            scenario("cut-out-reveal", CompareVerdict::Better, -2e-4),
            scenario("debris-at-night", CompareVerdict::NotToldApart, 0.0),
        ],
    };
    Against { folder: "campaigns/<old>".into(), compared, nines: BTreeMap::from([("child-at-curb".into(), 1.9)]) }
}

#[test]
fn an_earlier_version_is_held_against_it_with_what_replays_the_regression() {
    let page = html(&campaign(), &ReportContext { against: Some(against()), ..context() });
    assert_well_formed(&page);
    for text in [
        "Against the earlier version",
        "better in 1, worse in 1, not told apart in 1",
        "campaigns/&lt;old&gt;",
        "+9.6e-4",
        "1.9 → 1.8",
        "0.8 s → 0.9 s",
        "60 rollouts that the earlier one passed fail now, 12 the other way round",
        "nines replay campaigns/common-sense-001 child-at-curb/71 --open",
    ] {
        assert!(page.contains(text), "{text}");
    }
    // What is worse stands first.
    let section = &page[page.find("id=\"against\"").unwrap()..];
    assert!(section.find("#child-at-curb").unwrap() < section.find("#cut-out-reveal").unwrap());
    assert!(!html(&campaign(), &context()).contains("Against the earlier version"));
}

#[test]
fn the_checklist_says_what_is_not_shown() {
    let page = html(&campaign(), &context());
    let list = &page[page.find("id=\"checklist\"").unwrap()..page.find("id=\"scenarios\"").unwrap()];
    let number = |words: &str| list.matches(&format!(">{words}</td>")).count();
    let (yes, part, no) = (number("shown"), number("in part"), number("not shown"));
    assert_eq!(yes + part + no, 20);
    assert!(list.contains(&format!("{yes} shown, {part} in part, <strong>{no} not shown</strong>")));
    assert!(list.contains("No demand was registered before the run"));
    // With a demand that was registered it is another answer.
    let mut demanded = campaign();
    demanded.demands = Some(RegisteredDemands { content: serde_json::json!({"nines": 3}), hash: "sha256:feedbeef".into() });
    assert!(html(&demanded, &context()).contains("A demand was registered before the run (hash feedbeef)"));
    // Without an ODD nothing is said of one.
    let mut bare = campaign();
    bare.odds.clear();
    assert!(html(&bare, &context()).contains("No ODD was asked for"));
}

#[test]
fn the_first_screen_answers_before_it_explains() {
    let page = html(&campaign(), &context());
    let header = &page[page.find("<header>").unwrap()..page.find("</header>").unwrap()];
    for text in [
        "Which nine",
        "How sure",
        "What stands in the way of the next",
        "800,000 rollouts, 1,790 failed",
        "8.0 per million miles",
        "href=\"#ball-between-cars\"",
        "must fall 1.8-fold",
    ] {
        assert!(header.contains(text), "{text}\n{header}");
    }
}

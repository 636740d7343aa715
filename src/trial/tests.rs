//! What shows in driving: the examples of its diagnostics, the catalogue without a warning, and one thing at a time.

use super::{Budget, budget, trial_within};
use nines_scenarios::{BuiltInOnly, Code, Diagnostic, Severity, catalogue, complete, explain};

fn examine(text: &str, file: &str, quick: bool) -> Vec<Diagnostic> {
    super::examine(text, file, &BuiltInOnly, quick).diagnostics
}

fn codes(text: &str) -> Vec<Code> {
    examine(text, "t", false).iter().map(|d| d.code).collect()
}

#[test]
fn the_examples_of_driven_problems_do_what_they_say() {
    let mut driven = 0;
    for &code in Code::ALL {
        let Some((true, Some(failing), Some(mended))) = explain(code).map(|page| (page.driven, page.failing, page.mended)) else {
            continue;
        };
        driven += 1;
        assert_eq!(codes(&complete(&failing)), [code], "{code}: {:#?}", examine(&complete(&failing), "t", false));
        assert_eq!(codes(&complete(&mended)), [], "{code} mended: {:#?}", examine(&complete(&mended), "t", false));
        assert_eq!(examine(&complete(&failing), "t", true), [], "{code}");
    }
    assert!(driven >= 5);
    assert_eq!(codes(&complete("")), []);
}

#[test]
fn the_catalogue_has_no_warnings() {
    for entry in catalogue().into_iter().filter(|e| e.variant.is_none()) {
        let bad = examine(entry.text, entry.file, false).into_iter().filter(|d| d.severity != Severity::Note);
        assert_eq!(bad.collect::<Vec<_>>(), [], "{}", entry.name);
    }
}

/// The depth of an overlap is that of two boxes: 2 m apart, half of the van is 2.75 m long, half of a child that faces the road 0.20 m wide.
#[test]
fn an_overlap_is_measured_and_its_draw_named() {
    let van = "actors:\n  van: {kind: fixed, class: van, s_m: child_s_m - 2, d_m: -2.5}\n";
    let all = examine(&complete(van), "t", false);
    assert_eq!(all.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::OverlapAtStart], "{all:#?}");
    assert!(all[0].message.contains("0.95 m deep in `child` at the start, in every draw"), "{}", all[0].message);
    assert!(all[0].message.contains("child_s_m = ") && all[0].help.contains("`van`"), "{all:#?}");
    assert_eq!(all[0].labels.len(), 1);
    assert!(all[0].help.contains("who waits inside of a vehicle has `active: 0`"), "{}", all[0].help);
    let ego = "actors:\n  van: {kind: fixed, class: van, s_m: 3, d_m: 0}\n";
    let all = examine(&complete(ego), "t", false);
    assert!(all.iter().any(|d| d.message.contains("deep in the ego")), "{all:#?}");
    // Side by side they do not touch: 1 m of the van, and half of the child from front to back, 0.15 m.
    assert_eq!(codes(&complete("actors:\n  van: {kind: fixed, class: van, s_m: child_s_m, d_m: -3.71}\n")), []);
}

#[test]
fn what_is_too_long_to_drive_says_that_it_was_not_driven() {
    let all =
        examine(&complete("ego: {start_speed_mps: 1.5, desired_speed_mps: 1.5, limit_mps: 13.9, end_m: 4800}\n"), "t", false);
    assert_eq!(all.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::Untried], "{all:#?}");
    assert!(all[0].message.contains("takes up to 3200 s") && all[0].message.contains("none is tried out"), "{all:#?}");
}

/// What a budget does not suffice for is named; the more there is, the more is looked for, and no more is spent than there is.
#[test]
fn what_a_budget_leaves_undriven_is_named() {
    let checked = nines_scenarios::check(&complete(""), "t");
    let (scenario, places) = checked.scenarios().next().expect("a scenario");
    let untried = |work: u64| {
        let budget = Budget::new(work, &|| {});
        let all = trial_within(scenario, places, &budget);
        assert_eq!(all.iter().filter(|d| d.code != Code::Untried).collect::<Vec<_>>(), Vec::<&Diagnostic>::new(), "{work}");
        all.first().map(|d| (d.message.clone(), d.line))
    };
    let named = |work: u64| {
        let (message, line) = untried(work).expect("too little");
        assert!(message.contains("with 1 actor are too much") && line == 21, "{line}: {message}");
        message.split("not looked for: ").last().unwrap_or_default().to_owned()
    };
    let all = "overlaps at the start, who fails, actors that play no part, actors that the hazard moves elsewhere, motion that \
               nothing is capable of, harmless states that fail, first observations that give the hazard away, states that \
               nothing tells apart";
    assert_eq!(named(10_000), all);
    let some = named(1_000_000);
    assert!(some.starts_with("who fails in more than ") && some.ends_with(", states that nothing tells apart"), "{some}");
    assert!(!some.contains("play no part"), "{some}");
    assert_eq!(untried(budget::OF_A_FILE / 100), None);
    assert_eq!(named(10_000), all);
}

/// A seldom draw that takes far longer than those that were looked at is not driven.
#[test]
fn an_encounter_without_end_is_never_paid_for() {
    let seldom = "parameters:\n  ego_speed_mps: {dist: lognormal, median: 10, sigma: 1.29, source: A}\n";
    let ego = "ego:\n  start_speed_mps: 10\n  desired_speed_mps: max(0.11, ego_speed_mps)\n  end_m: 380\n";
    let all = examine(&complete(&format!("{seldom}{ego}")), "t", false);
    assert!(all.iter().any(|d| d.code == Code::Untried && d.message.contains("are too much")), "{all:#?}");
}

#[test]
fn who_hides_or_leads_somebody_plays_a_part() {
    let far = |more: &str| {
        complete(&format!(
            "actors:\n  car: {{kind: vehicle, class: car, s_m: 400, d_m: -40, speed_mps: 0, desired_mps: 0.1}}\n{more}"
        ))
    };
    assert_eq!(codes(&far("")), [Code::UnreachableActor]);
    let follower = "  other: {kind: vehicle, class: car, s_m: 90, d_m: -3, speed_mps: 0, desired_mps: 0.1, leader: car}\n";
    assert_eq!(codes(&far(follower)), []);
    // 15 m beside the road, and before somebody who stands behind it.
    let hidden =
        "actors:\n  bus: {kind: fixed, class: bus, s_m: 60, d_m: -16}\n  adult: {kind: fixed, class: adult, s_m: 60, d_m: -18}\n";
    let found = examine(&complete(hidden), "t", false);
    assert_eq!(found.iter().map(|d| (d.code, d.line)).collect::<Vec<_>>(), [(Code::UnreachableActor, 30)], "{found:#?}");
    let never = "actors:\n  car: {kind: fixed, class: car, s_m: 40, d_m: -3, active: child_s_m < 0}\n";
    assert_eq!(codes(&complete(never)), [Code::UnreachableActor]);
    // In one of 200 encounters: it is looked for there.
    let seldom = never.replace("child_s_m < 0", "child_s_m < 60.1");
    assert_eq!(codes(&complete(&seldom)), []);
}

#[test]
fn a_lamp_or_a_cue_tells_two_states_apart() {
    let latents = "latents:\n  intent:\n    states:\n      stays: {prior: rest}\n      \
                   plays: {prior: {estimate: 0.3, factor90: 2, source: A}}\n      \
                   goes: {hazard: true, prior: {estimate: 1e-5, factor90: 10, source: A}}\n";
    assert_eq!(codes(&complete(latents)), [Code::IndistinctStates]);
    let lamp = "actors:\n  van: {kind: fixed, class: van, s_m: 40, d_m: -3, warning: {by: intent, plays: 1, else: 0}}\n";
    assert_eq!(codes(&complete(&format!("{latents}{lamp}"))), []);
}

#[test]
fn a_scenario_without_end_is_not_driven() {
    let long = "ego:\n  start_speed_mps: ego_speed_mps\n  desired_speed_mps: 0.001\n  end_m: 1000000\n";
    let all = codes(&complete(long));
    assert_eq!(all, [Code::OutOfRange]);
}

/// A state that nature never takes and nobody looks at is not driven either: what happens in it alone is not found.
#[test]
fn what_is_never_drawn_is_not_tried() {
    let latents = |never: f64| {
        format!(
            "latents:\n  intent:\n    states:\n      stays: {{prior: rest}}\n      \
             never: {{prior: {{estimate: {never}, lower: 0, upper: 0.5, source: A}}}}\n      \
             goes: {{hazard: true, prior: {{estimate: 1e-5, factor90: 10, source: A}}}}\n"
        )
    };
    let van =
        "actors:\n  van: {kind: fixed, class: van, s_m: child_s_m - 2, d_m: -2.5, active: {by: intent, never: 1, else: 0}}\n";
    assert_eq!(codes(&complete(&format!("{}{van}", latents(0.1)))), [Code::OverlapAtStart]);
    assert_eq!(codes(&complete(&format!("{}{van}", latents(0.0)))), [Code::UnreachableActor]);
}

#[test]
fn a_lead_is_no_jump_and_nor_is_what_starts_where_it_is_held() {
    let bag = |s: &str, pace: &str| {
        let modes = format!(
            "{{waits: {{do: stand, next: [{{when: {{time_s: 1}}, to: held}}]}}, held: {{do: held, actor: child{pace}}}}}"
        );
        complete(&format!("actors:\n  bag: {{kind: agent, class: litter, s_m: {s}, d_m: -2.5, modes: {modes}}}\n"))
    };
    assert_eq!(codes(&bag("child_s_m - 3", "")), [Code::HeldFromAfar]);
    assert_eq!(codes(&bag("child_s_m - 0.4", "")), []);
    assert_eq!(codes(&bag("child_s_m - 3", ", within_m: 1")), []);
}

/// One reading tells little, twenty of them all: what counts is what is read until the child sets out.
#[test]
fn readings_that_add_up_are_judged_together() {
    let gaze = |window: &str, rows: &str| {
        let cue = format!(
            "{{kind: gaze, levels: [0, 1], latent: intent, likelihood: {rows}, window_s: {window}, range_m: 80, source: A}}"
        );
        complete(&format!(
            "actors:\n  child:\n    kind: walker\n    class: child\n    s_m: child_s_m\n    d_m: -2.5\n    \
             go_gap_m: {{by: intent, goes: \"2 * ego_speed_mps\", else: -inf}}\n    cues: [{cue}]\n"
        ))
    };
    let rows = "{goes: [0.1, 0.9], stays: [0.5, 0.5]}";
    let all = examine(&gaze("0.2", rows), "t", false);
    assert_eq!(all.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::CueReveals], "{all:#?}");
    assert!(all[0].message.contains("`gaze` of `child` gives the hazard away before it shows"), "{}", all[0].message);
    assert!(all[0].message.contains(" on average, are together "), "{}", all[0].message);
    assert_eq!(codes(&gaze("2", rows)), []);
    // Once an encounter is one reading, however long it can be read; and what tells nothing may be read at all times.
    assert_eq!(codes(&gaze("0", rows)), []);
    assert_eq!(codes(&gaze("0.2", "{goes: [0.5, 0.5], stays: [0.5, 0.5]}")), []);
}

#[test]
fn a_mode_that_shows_the_hazard_before_it_moves_is_told() {
    let agent = |waits: &str| {
        let next = "next: [{when: {time_s: 0.4, if: {by: intent, goes: 1, else: 0}}, to: tense}]";
        let then = "next: [{when: {ego_gap_m: 2 * ego_speed_mps}, to: runs}]";
        let modes = format!("{{waits: {{do: stand, {next}}}, tense: {{do: stand, {then}}}, runs: {{do: go, speed_mps: 3}}}}");
        let rows = format!("{{waits: {waits}, tense: [0.05, 0.95], else: [0.5, 0.5]}}");
        let cue = format!("{{kind: posture, by: mode, levels: [0, 1], likelihood: {rows}, window_s: 1, range_m: 80, source: A}}");
        complete(&format!(
            "actors:\n  child: {{kind: agent, class: child, s_m: child_s_m, d_m: -2.5, modes: {modes}, cues: [{cue}]}}\n"
        ))
    };
    assert_eq!(codes(&agent("[0.95, 0.05]")), [Code::CueReveals]);
    assert_eq!(codes(&agent("[0.3, 0.7]")), []);
}

#[test]
fn a_mode_that_no_drive_gets_to_is_told() {
    let agent = |when: &str| {
        let next = format!(
            "next: [{{when: {when}, to: dances}}, {{when: {{ego_gap_m: \"2 * ego_speed_mps\", if: {{by: intent, goes: 1, else: 0}}}}, to: runs}}]"
        );
        let modes =
            format!("{{waits: {{do: stand, {next}}}, dances: {{do: stand, sway_m: 0.1}}, runs: {{do: go, speed_mps: 3}}}}");
        complete(&format!("actors:\n  child: {{kind: agent, class: child, s_m: child_s_m, d_m: -2.5, modes: {modes}}}\n"))
    };
    assert_eq!(codes(&agent("{time_s: 900}")), [Code::UnreachedMode]);
    assert_eq!(codes(&agent("{ego_gap_m: 5, if: {by: intent, goes: 0, else: 1}}")), []);
}

/// Who sees and brakes fails as often as who sees nothing; not where it is said to be so, nor where one of them is spared.
#[test]
fn a_hazard_that_nobody_avoids_is_told_unless_it_is_meant() {
    const HASTY: &str = "speed_mps: 3.5\n    accel_mps2: 8\n    go_tta_s: {by: intent, goes: 0.7";
    let late = |go: &str, description: &str| {
        complete(&format!(
            "{description}actors:\n  child:\n    kind: walker\n    class: child\n    s_m: child_s_m\n    d_m: -2\n    {go}, else: -inf}}\n"
        ))
    };
    let all = examine(&late(HASTY, ""), "t", false);
    assert_eq!(all.iter().map(|d| (d.code, d.line)).collect::<Vec<_>>(), [(Code::HardlyAvoidable, 12)], "{all:#?}");
    assert!(all[0].message.contains("of 512 encounters with it fail `blind` in "), "{}", all[0].message);
    assert_eq!(codes(&late(HASTY, "description: An unavoidable one.\n")), []);
    assert_eq!(codes(&late("speed_mps: 1.4\n    go_gap_m: {by: intent, goes: 2 * ego_speed_mps", "")), []);
}

/// 52: the child starts on the other side and runs away; its parent, who starts after it, comes into the way.
#[test]
fn who_is_moved_by_the_hazard_and_runs_away_is_told() {
    let child = |d_m: &str| {
        complete(&format!(
            "actors:\n  child:\n    kind: walker\n    class: child\n    s_m: child_s_m\n    d_m: {d_m}\n    \
             go_gap_m: {{by: intent, goes: 3 * ego_speed_mps, else: -inf}}\n  parent: {{kind: walker, class: adult, s_m: child_s_m + 1, d_m: -3, \
             after: child, go_lag_s: 0.3}}\n"
        ))
    };
    let all = examine(&child("4.5"), "t", false);
    assert_eq!(all.iter().map(|d| (d.code, d.line)).collect::<Vec<_>>(), [(Code::UnreachableActor, 23)], "{all:#?}");
    assert!(all[0].message.contains("`child` is moved by the hazard `goes`") && all[0].message.contains(" 3.0 m "), "{all:#?}");
    assert_eq!(codes(&child("-2.5")), []);
}

/// Who rides on what turns round is flung, which is told once; who is too fast by the file is told there.
#[test]
fn motion_that_nothing_is_capable_of_is_told_with_its_time() {
    let truck = |direction: &str, mps: f64| {
        complete(&format!(
            "actors:\n  truck: {{kind: agent, class: truck, s_m: 80, d_m: 3.5, heading_rad: pi, speed_mps: {mps}, modes: {{comes: {{do: drive, \
             {direction}d_m: 3.5, speed_mps: {mps}, accel_mps2: 9}}}}}}\n  rider: {{kind: agent, class: adult, s_m: 84.9, d_m: 3.5, heading_rad: pi, \
             speed_mps: {mps}, modes: {{rides: {{do: held, actor: truck, s_m: -4.9}}}}}}\n"
        ))
    };
    let all = examine(&truck("", 5.0), "t", false);
    assert_eq!(all.iter().map(|d| (d.code, d.line)).collect::<Vec<_>>(), [(Code::ImpossibleMotion, 29)], "{all:#?}");
    assert!(all[0].message.contains("`truck` turns by 3.1 radians within a step after 0."), "{}", all[0].message);
    assert!(all[0].help.contains("`direction: -1`"), "{}", all[0].help);
    assert_eq!(codes(&truck("direction: -1, ", 5.0)), []);
    let fast = "actors:\n  child: {kind: walker, class: child, s_m: child_s_m, d_m: -2.5, speed_mps: 300, go_gap_m: {by: intent, goes: 2 * ego_speed_mps, else: -inf}}\n";
    let fast = codes(&complete(fast));
    assert!(fast.contains(&Code::ImplausibleValue) && !fast.contains(&Code::ImpossibleMotion), "{fast:?}");
}

/// Each of these tells the hazard before anything has happened; each of the others is what a road may show.
#[test]
fn what_the_first_observation_may_tell() {
    let of = |text: &str| examine(&complete(text), "t", false).iter().map(|d| (d.code, d.line)).collect::<Vec<_>>();
    let child = "    kind: walker\n    class: child\n    s_m: child_s_m\n    d_m: -2.5\n    go_gap_m: {by: intent, goes: 2 * ego_speed_mps, else: -inf}\n";
    let sign = |active: &str| {
        format!("actors:\n  sign: {{kind: fixed, class: debris, s_m: 30, d_m: -4, active: {active}}}\n  child:\n{child}")
    };
    let base = "actors:\n  child:\n";
    let zone = |holds: &str, head: &str| {
        format!("{head}zones:\n  - {{kind: school, from_m: 20, to_m: 90, limit_mps: 12, in_force: {holds}}}\n{base}{child}")
    };
    let limit = |goes: &str| {
        format!(
            "ego:\n  start_speed_mps: ego_speed_mps\n  desired_speed_mps: ego_speed_mps\n  limit_mps: {{by: intent, goes: {goes}, stays: 13.9}}\n  end_m: 110\n"
        )
    };
    let told = |text: &str| of(text).iter().filter(|(code, _)| *code == Code::StateShows).count();
    assert_eq!(told(&sign("{by: intent, goes: 1, stays: 0}")), 1);
    assert_eq!(told(&sign("{by: intent, goes: 0, stays: 1}")), 1, "that somebody is missing tells too");
    assert_eq!(told(&sign("1")), 0);
    assert_eq!(told(&sign("{by: intent, goes: 1, stays: \"child_s_m < 62\"}")), 0, "one in ten harmless ones");
    assert_eq!(told(&zone("{by: intent, goes: 1, stays: 0}", "")), 1);
    assert_eq!(told(&zone("{by: intent, goes: 1, stays: 0}", "tags: [law]\n")), 0, "a rule that holds is for all to see");
    assert_eq!(told(&limit("13.5")), 1);
    assert_eq!(told(&limit("13.9")), 0);
    // A place beyond all harmless ones tells; one among them does not; and who comes into the way may be seen where it is.
    let bin = |s_m: &str| format!("actors:\n  bin: {{kind: fixed, class: debris, s_m: {s_m}, d_m: -4}}\n  child:\n{child}");
    assert_eq!(told(&bin("{by: intent, goes: child_s_m - 25, stays: child_s_m}")), 1);
    assert_eq!(told(&bin("{by: intent, goes: child_s_m - 5, stays: child_s_m}")), 0);
    assert_eq!(told(&format!("{base}{}", child.replace("d_m: -2.5", "d_m: {by: intent, goes: -2.5, stays: -8}"))), 0);
}

/// Each hazard state is judged by itself, and a harmless state whatever the hazard does.
#[test]
fn one_state_does_not_hide_what_another_does() {
    let states = |more: &str| {
        format!(
            "latents:\n  intent:\n    states:\n      stays: {{prior: rest}}\n      goes: {{hazard: true, prior: {{estimate: 1e-2, factor90: 3, source: A}}}}\n{more}"
        )
    };
    let child = "actors:\n  child:\n    kind: walker\n    class: child\n    s_m: child_s_m\n    ";
    // A rare hazard that nobody avoids beside a frequent one that is avoided, and one that meets nobody.
    let rare = "      leaps: {hazard: true, prior: {estimate: 1e-6, factor90: 10, source: A}}\n";
    let of = |go: &str, states: &str| {
        let all = examine(&complete(&format!("{states}{child}{go}")), "t", false);
        all.into_iter().map(|d| (d.code, d.line, d.message)).collect::<Vec<_>>()
    };
    let leaps = states(rare);
    let all = of(
        "d_m: -2.5\n    speed_mps: {by: intent, leaps: 4, else: 1.4}\n    accel_mps2: {by: intent, leaps: 9, else: 2}\n    go_gap_m: {by: intent, goes: 2 * ego_speed_mps, else: -inf}\n    go_tta_s: {by: intent, leaps: 0.6, else: -inf}\n",
        &leaps,
    );
    assert_eq!(all.iter().map(|d| (d.0, d.1)).collect::<Vec<_>>(), [(Code::HardlyAvoidable, 13)], "{all:#?}");
    assert!(
        all[0].2.starts_with("the hazard `leaps` can hardly be avoided: of 192 encounters with it fail `blind` in "),
        "{all:#?}"
    );
    assert!(all[0].2.ends_with(", mostly by `collision`"), "{all:#?}");
    let never = of(
        "d_m: -2.5\n    dir_rad: {by: intent, leaps: -pi / 2, else: pi / 2}\n    go_gap_m: {by: intent, stays: -inf, else: 2 * ego_speed_mps}\n",
        &leaps,
    );
    assert_eq!(never.iter().map(|d| (d.0, d.1)).collect::<Vec<_>>(), [(Code::NeverFails, 13)], "{never:#?}");
    // A harmless state in which somebody stands in the way is told beside a hazard that nobody avoids.
    let stands = states("      stands: {prior: {estimate: 0.1, factor90: 2, source: A}}\n");
    let both = of(
        "d_m: {by: intent, stands: 0, else: -2.5}\n    speed_mps: 4\n    accel_mps2: 9\n    go_tta_s: {by: intent, goes: 0.6, else: -inf}\n",
        &stands,
    );
    assert_eq!(both.iter().map(|d| d.0).collect::<Vec<_>>(), [Code::HardlyAvoidable, Code::HarmlessFails], "{both:#?}");
}

/// What nobody ever does is named, in both halves.
#[test]
fn a_demand_that_nobody_meets_is_named() {
    let all = examine(&complete("criteria: {demands: [{when: {ego_at_m: 30}, horn: true, source: A}]}\n"), "t", false);
    let codes: Vec<Code> = all.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::HarmlessFails, Code::HardlyAvoidable], "{all:#?}");
    assert!(all.iter().all(|d| d.message.contains("mostly by `signalling`")), "{all:#?}");
    assert!(all[1].help.starts_with("no built-in policy meets that criterion"), "{all:#?}");
}

#[test]
fn a_demand_that_never_holds_is_told() {
    let demand =
        |when: &str| codes(&complete(&format!("criteria: {{demands: [{{of: child, when: {when}, gap_m: 0.1, source: A}}]}}\n")));
    assert_eq!(demand("{ego_at_m: 900}"), [Code::UnmetCondition]);
    assert_eq!(demand("{actor: child, nearer_m: 5}"), []);
    // What a policy of one's own may do is not judged by what those built in do.
    assert_eq!(demand("{ego_horn: true}"), []);
}

/// A hazard by name alone, whatever its cues say: told by what happens to who heeds nobody.
#[test]
fn a_hazard_that_does_what_a_harmless_state_does_is_told() {
    let child = |stays: &str| {
        complete(&format!(
            "actors:\n  child:\n    kind: walker\n    class: child\n    s_m: child_s_m\n    d_m: -2.5\n    \
             go_gap_m: {{by: intent, goes: 2 * ego_speed_mps, stays: {stays}}}\n    cues:\n      - {{use: look-child, latent: intent, like: {{goes: crosses, stays: stays}}}}\n"
        ))
    };
    let same = examine(&child("2 * ego_speed_mps"), "t", false);
    assert_eq!(
        same.iter().map(|d| (d.code, d.line, d.labels.len())).collect::<Vec<_>>(),
        [(Code::SameBehaviour, 12, 1)],
        "{same:#?}"
    );
    assert!(same[0].message.contains("does what `stays` does"), "{same:#?}");
    assert_eq!(codes(&child("-inf")), []);
}

/// Kinds that tell little each tell much together: the product of the ratios as they are drawn.
#[test]
fn cues_of_all_kinds_are_judged_together() {
    let cues = |kinds: &[&str]| {
        let cue = |kind: &&str| {
            format!(
                "      - {{kind: {kind}, latent: intent, levels: [0, 1], likelihood: {{stays: [0.95, 0.05], goes: [0.5, 0.5]}}, window_s: 0, range_m: 300, source: A}}\n"
            )
        };
        let cues: String = kinds.iter().map(cue).collect();
        examine(
            &complete(&format!(
                "actors:\n  child:\n    kind: walker\n    class: child\n    s_m: child_s_m\n    d_m: -2.5\n    \
                 go_gap_m: {{by: intent, goes: 2 * ego_speed_mps, else: -inf}}\n    cues:\n{cues}"
            )),
            "t",
            false,
        )
    };
    assert_eq!(cues(&["gaze"]), []);
    let all = cues(&["gaze", "posture", "intention", "lamp"]);
    assert_eq!(all.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::CueReveals], "{all:#?}");
    assert!(
        all[0].message.starts_with("`gaze`, `posture`, `intention`, `lamp` of `child` together give the hazard away"),
        "{all:#?}"
    );
}

/// How far away somebody is first seen, and how often the class changes, tell as a size does.
#[test]
fn what_perception_makes_of_an_actor_may_not_tell() {
    let child = |field: &str| {
        codes(&complete(&format!(
            "actors:\n  child:\n    kind: walker\n    class: child\n    s_m: child_s_m\n    d_m: -2.5\n    {field}\n    \
             go_gap_m: {{by: intent, goes: 2 * ego_speed_mps, else: -inf}}\n"
        )))
    };
    assert_eq!(child("range_factor: {by: intent, goes: 1.4, stays: 1}"), [Code::StateShows]);
    assert_eq!(child("confusion: {by: intent, goes: 0.4, stays: 0}"), [Code::StateShows]);
    assert_eq!(child("range_factor: 1.4"), []);
}

/// A car that drives round a bend as nobody can is told; one that goes slowly there is not.
#[test]
fn a_vehicle_that_is_flung_aside_is_told() {
    let car = |mps: u32| {
        codes(&complete(&format!(
            "road:\n  paths: {{bend: {{x_m: 10, y_m: 6, heading_rad: 0, pieces: [{{length_m: 30}}, {{length_m: 4, radius_m: 3}}, {{length_m: 100}}]}}}}\n\
             actors:\n  car: {{kind: agent, class: car, path: bend, s_m: 10, speed_mps: {mps}, modes: {{comes: {{do: drive, speed_mps: {mps}}}}}}}\n"
        )))
    };
    assert_eq!(car(9), [Code::ImpossibleMotion]);
    assert_eq!(car(3), []);
}

/// A member above the count is missing by its number, and not by an `active` that nobody wrote.
#[test]
fn a_member_that_is_never_there_is_told_by_what_leaves_it_out() {
    let kids = |group: &str, more: &str| {
        let text = format!(
            "actors:\n  kids:\n    group: {{{group}}}\n    kind: walker\n    class: child\n    s_m: child_s_m + member\n    d_m: -2.5\n{more}    \
             go_gap_m: {{by: intent, goes: 2 * ego_speed_mps, else: -inf}}\n"
        );
        let all = examine(&complete(&text), "t", false);
        all.iter().map(|d| (d.code, d.line - 28, d.message.clone() + "; " + &d.help)).collect::<Vec<_>>()
    };
    let told = kids("count: 2, most: 4", "");
    assert_eq!(told.iter().map(|t| (t.0, t.1)).collect::<Vec<_>>(), [(Code::UnreachableActor, 2)], "{told:#?}");
    assert!(told[0].2.contains("`count` of its group is always below") && told[0].2.contains("lower `most`"), "{told:#?}");
    let told = kids("count: 3, most: 3", "    members: {3: {active: 0}}\n");
    assert!(told.len() == 1 && told[0].2.contains("its `active` is always 0; mend `active`"), "{told:#?}");
    // What a member has of the others is removed by nothing.
    assert_eq!(
        kids(
            "count: 3, most: 3",
            "    active: child_s_m < 0\n    members: {1: {active: null}, 2: {active: null}, 3: {active: null}}\n"
        ),
        []
    );
}

/// Somebody who steps into the lane and stays there is no hazard that care helps against: who stops never arrives. One who goes on is.
#[test]
fn a_hazard_that_leaves_no_way_out_is_told() {
    let child = |stops: &str| {
        let text = format!(
            "actors:\n  child:\n    kind: walker\n    class: child\n    s_m: child_s_m\n    d_m: -4\n    accel_mps2: 3\n    stop_at_m: {stops}\n    \
             go_gap_m: {{by: intent, goes: 3 * ego_speed_mps, else: -inf}}\n"
        );
        let all = examine(&complete(&text), "t", false);
        all.iter().map(|d| (d.code, d.message.contains("leaves no way out"))).collect::<Vec<_>>()
    };
    assert_eq!(child("3.6"), [(Code::HardlyAvoidable, true)]);
    assert_eq!(child("inf"), []);
}

/// Walkers, agents and vehicles are judged too: wandering is bounded whatever is asked for, a cyclist does not brake with 9 m/s^2, an animal may, and a lane change of half a second. 3.5 m in T s ask
/// for 6 * 3.5 / T^2: 84 m/s^2 in 0.5 s, 2.3 m/s^2 in 3 s.
#[test]
fn who_wanders_or_changes_lanes_like_nobody_is_told() {
    let of = |text: &str| {
        let all = examine(&complete(text), "t", false);
        all.iter().map(|d| (d.code, d.message.contains(" is moved with "))).collect::<Vec<_>>()
    };
    let child = |wander: &str| {
        format!(
            "actors:\n  child: {{kind: walker, class: child, s_m: child_s_m, d_m: -4.5, {wander}, go_gap_m: {{by: intent, goes: 2 * ego_speed_mps, else: -inf}}}}\n"
        )
    };
    assert_eq!(of(&child("wander_m: 2, wander_time_s: 0.1, wander_limit_m: 0.5")), []);
    assert_eq!(of(&child("wander_m: 0.3, wander_time_s: 2, wander_limit_m: 0.5")), []);
    let agent = |class: &str, brake: &str| {
        format!(
            "actors:\n  child: {{kind: agent, class: {class}, s_m: child_s_m, d_m: -4.5, modes: {{waits: {{do: stand, next: [{{when: {{ego_gap_m: {{by: intent, goes: 2 * ego_speed_mps, else: -inf}}}}, to: goes}}]}}, goes: {{do: go, speed_mps: 3, next: [{{when: {{moved_m: 1.5}}, to: stops}}]}}, stops: {{do: stand, brake_mps2: {brake}, next: [{{when: {{after_s: 1}}, to: goes}}]}}}}}}\n"
        )
    };
    assert_eq!(of(&agent("cyclist", "9")), [(Code::ImpossibleMotion, true)]);
    assert_eq!(of(&agent("cyclist", "5")), []);
    assert_eq!(of(&agent("animal", "9")), []);
    let car = |change_s: &str| {
        format!(
            "actors:\n  car: {{kind: vehicle, class: car, s_m: 30, d_m: 0, speed_mps: 15, desired_mps: 15, heeds_ego: 0, change_time_s: 1, change_to_d_m: 3.5, change_s: {change_s}}}\n"
        )
    };
    assert_eq!(of(&car("0.5")), [(Code::ImpossibleMotion, true)]);
    assert_eq!(of(&car("3")), []);
}

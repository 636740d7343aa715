//! The reference drivers against published numbers: check values, stopping distances, and the verdicts of every concrete scenario of
//! the JRC's comparison of the models of UN R157, cell by cell.
//!
//! The verdicts (`shared/facts/r157`, beside the workspace) were made by the functions of ec-jrc/JRC-FSM, commit 01b05c2, unchanged, with its
//! `run_loop` of cut-in, cut-out and car-following. Where they are missing, what needs them is skipped aloud.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

mod common;

use common::jrc::{self, Model, models};
use common::{built_in, job, open_road};
use nines_sim::reference::*;
use nines_sim::testing::actor;
use nines_sim::*;
use std::path::PathBuf;

/// A table of the published verdicts.
struct Table {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// `None`, said aloud, where the data are not there; with `NINES_DATA=require` that is a failure.
    fn read(name: &str) -> Option<Self> {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/facts/r157").join(name);
        let Ok(text) = std::fs::read_to_string(&path) else {
            assert!(std::env::var("NINES_DATA").as_deref() != Ok("require"), "{} is required here", path.display());
            eprintln!("SKIPPED: {} is not there", path.display());
            return None;
        };
        let mut rows = text.lines().map(|l| l.split(',').map(String::from).collect::<Vec<_>>());
        Some(Self { names: rows.next().unwrap(), rows: rows.collect() })
    }

    fn at(&self, name: &str) -> usize {
        self.names.iter().position(|n| n == name).unwrap_or_else(|| panic!("no column {name}"))
    }

    fn number(&self, row: &[String], name: &str) -> f64 {
        row[self.at(name)].parse().unwrap()
    }
}

/// Cells that agree, of how many; those that do not.
#[derive(Default)]
struct Share {
    all: usize,
    differ: Vec<String>,
}

impl Share {
    fn count(&mut self, equal: bool, cell: impl FnOnce() -> String) {
        self.all += 1;
        if !equal {
            self.differ.push(cell());
        }
    }

    /// Every cell is equal, also those on the edge of a comparison, since sums are rounded in the order of the JRC's program.
    fn assert(&self, what: &str) {
        println!("{what}: {} of {} cells equal", self.all - self.differ.len(), self.all);
        assert!(self.differ.is_empty(), "{what}: {:#?}", &self.differ[..self.differ.len().min(8)]);
    }
}

#[test]
fn cut_ins_end_as_published() {
    for file in ["cut_in_low_speed.csv", "cut_in_high_speed.csv"] {
        let Some(table) = Table::read(file) else { return };
        for (name, model) in models() {
            let mut share = Share::default();
            for row in &table.rows {
                let [ego, other, gap, lateral] = ["ego_kmh", "other_kmh", "gap_m", "lateral_mps"].map(|n| table.number(row, n));
                let run = jrc::cut_in(&model, ego, other, gap, jrc::lateral_mps((10.0 * lateral).round() as u32));
                let want = table.number(row, name);
                let cell = || format!("{ego}/{other} {gap} m {lateral} m/s: {run:?}, published {want}");
                let mut equal = f64::from(run.collision) == want;
                if let Model::Fsm(_) = model {
                    let want = ["fsm_max_pfs", "fsm_max_cfs"].map(|n| table.number(row, n));
                    equal &= (run.metrics.0 - want[0]).abs().max((run.metrics.1 - want[1]).abs()) < 1e-6;
                }
                share.count(equal, cell);
            }
            share.assert(&format!("{file} {name}"));
        }
    }
}

#[test]
fn cut_outs_end_as_published() {
    let Some(table) = Table::read("cut_out.csv") else { return };
    for (name, model) in &models()[..3] {
        let mut share = Share::default();
        for row in &table.rows {
            let [kmh, gap, lateral] = ["speed_kmh", "gap_lead_to_stopped_m", "lateral_mps"].map(|n| table.number(row, n));
            let (run, hit) = jrc::cut_out(model, kmh, gap, jrc::leaving_mps((5.0 * (lateral - 0.1)).round() as u32));
            let of = |what: &str| table.number(row, &format!("{name}_{what}"));
            let want = (of("crash") != 0.0, of("lead_hits_stopped") != 0.0);
            let equal = (run.collision > 0, hit) == want && (model.following_gap_m(kmh / 3.6) - of("initial_gap_m")).abs() < 1e-4;
            share.count(equal, || format!("{kmh} {gap} m {lateral} m/s: {run:?} {hit}, published {want:?}"));
        }
        share.assert(&format!("cut_out.csv {name}"));
    }
}

#[test]
fn braking_leads_end_as_published() {
    let Some(table) = Table::read("lead_braking.csv") else { return };
    for (name, model) in &models()[..3] {
        let mut share = Share::default();
        for row in &table.rows {
            let [kmh, lead_g] = ["speed_kmh", "lead_deceleration_g"].map(|n| table.number(row, n));
            let run = jrc::lead_brakes(model, kmh, jrc::lead_mps2((20.0 * lead_g).round() as u32));
            let of = |what: &str| table.number(row, &format!("{name}_{what}"));
            let want = (of("crash") != 0.0, of("impact_dv_mps"));
            let equal = (run.collision > 0) == want.0
                && (run.impact_mps - want.1).abs() < 1e-4
                && (model.following_gap_m(kmh / 3.6) - of("initial_gap_m")).abs() < 1e-4;
            share.count(equal, || format!("{kmh} {lead_g} g: {run:?}, published {want:?}"));
        }
        share.assert(&format!("lead_braking.csv {name}"));
    }
}

/// Collisions of any kind over the whole grids: ego, other, CC, CC lane, FSM, RSS, Reg157 (ec-jrc/JRC-FSM, commit 01b05c2: `run_loop` of cut-in,
/// and the same with `CC_check_safety_lane_info`).
#[rustfmt::skip]
const CUT_IN_TOTALS: [[u32; 7]; 18] = [
    [20, 10, 136, 93, 17, 9, 74], [30, 20, 136, 93, 17, 7, 74], [40, 30, 136, 93, 17, 7, 74], [50, 40, 136, 93, 17, 7, 74],
    [60, 50, 136, 93, 17, 7, 74], [30, 10, 231, 168, 52, 56, 133], [40, 10, 310, 231, 82, 88, 188], [50, 10, 378, 296, 109, 110, 241],
    [60, 10, 438, 358, 144, 144, 304], [70, 10, 310, 702, 97, 94, 206], [90, 10, 366, 612, 170, 155, 322],
    [110, 10, 406, 534, 276, 238, 441], [130, 10, 419, 462, 412, 349, 464], [130, 40, 390, 573, 223, 195, 382],
    [130, 70, 310, 702, 97, 93, 206], [130, 100, 167, 118, 40, 44, 95], [90, 70, 126, 89, 25, 29, 68], [110, 100, 73, 50, 12, 7, 41],
];

#[test]
fn whole_grids_have_the_published_totals() {
    for [ego, other, cc, lane, fsm, rss, reg157] in CUT_IN_TOTALS {
        let got = models().map(|(_, model)| {
            let runs = jrc::cut_in_gaps(ego).flat_map(|gap| (0..18).map(move |k| (gap, jrc::lateral_mps(k))));
            let hits = runs.filter(|(gap, u)| jrc::cut_in(&model, f64::from(ego), f64::from(other), *gap, *u).collision > 0);
            hits.count() as u32
        });
        assert_eq!(got, [cc, fsm, rss, reg157, lane], "{ego}/{other}");
    }
    // Collisions of the ego; those where the leaving car hit the standing one itself; all of those.
    for ((name, model), want) in models().iter().zip([[848, 789, 1499], [980, 931, 1619], [936, 851, 1619]]) {
        let mut got = [0; 3];
        for kmh in (10..=130).step_by(10) {
            for gap in (2..152).step_by(5) {
                for k in 0..15 {
                    let (run, hit) = jrc::cut_out(model, f64::from(kmh), f64::from(gap), jrc::leaving_mps(k));
                    let crash = run.collision > 0;
                    got = [got[0] + u32::from(crash), got[1] + u32::from(crash && hit), got[2] + u32::from(hit)];
                }
            }
        }
        assert_eq!(got, want, "cut-out, {name}");
    }
    for ((name, model), want) in models().iter().zip([0, 0, 21]) {
        let cells = (12..130).step_by(2).flat_map(|kmh| (1..20).map(move |k| (f64::from(kmh), jrc::lead_mps2(k))));
        let got = cells.filter(|(kmh, b)| jrc::lead_brakes(model, *kmh, *b).collision > 0).count();
        assert_eq!(got, want, "braking lead, {name}");
    }
}

/// Computed from the equations, to the digits shown: gap, speeds in km/h, PFS, CFS.
#[test]
fn the_fuzzy_metrics_have_their_check_values() {
    let cases = [
        (20.0, 50.0, 30.0, 1.0, 0.0),
        (25.0, 50.0, 30.0, 0.853_695, 0.0),
        (30.0, 50.0, 30.0, 0.355_565, 0.0),
        (7.0, 50.0, 30.0, 1.0, 0.796_800),
        (5.0, 50.0, 30.0, 1.0, 1.0),
        (40.0, 100.0, 70.0, 1.0, 0.0),
        (15.0, 60.0, 20.0, 1.0, 1.0),
    ];
    let m = Fsm::default();
    for (gap, rear, lead, pfs, cfs) in cases {
        assert!((m.pfs(gap, rear / 3.6, lead / 3.6) - pfs).abs() < 1e-6, "{gap} {rear} {lead}");
        assert!((m.cfs(gap, rear / 3.6, lead / 3.6, 0.0) - cfs).abs() < 1e-6, "{gap} {rear} {lead}");
    }
}

/// Speeds, then the distance by the parameters of ad-rss-lib and of the JRC.
#[test]
fn the_distances_of_rss_have_their_check_values() {
    let cases =
        [(13.9, 13.9, 41.419, 16.903), (13.9, 0.0, 53.495, 33.004), (25.0, 25.0, 89.219, 29.391), (30.0, 20.0, 147.031, 76.682)];
    for (rear, lead, ad, jrc) in cases {
        assert!((Rss::AD_RSS_LIB.distance_m(rear, lead) - ad).abs() < 5e-4);
        assert!((Rss::default().distance_m(rear, lead) - jrc).abs() < 5e-4);
    }
}

/// Treiber, Hennecke, Helbing 2000, parameters of their Table I: acceleration, and the gap at which it is 0.
#[test]
fn the_intelligent_driver_has_its_check_values() {
    let accel = |v: f64, closing: f64, gap: f64| idm(v, gap, v - closing, 120.0 / 3.6, 1.6, 2.0, 0.73, 1.67);
    for (v, closing, gap, want) in [(20.0, 20.0, 50.0, -12.879_681), (20.0, 0.0, 50.0, 0.297_840), (25.0, 0.0, 1e9, 0.499_023)] {
        assert!((accel(v, closing, gap) - want).abs() < 1e-6, "{v} {closing} {gap}: {}", accel(v, closing, gap));
    }
    for (v, gap) in [(5.0, 10.002_532), (13.9, 24.615_003), (25.0, 50.798_425)] {
        assert!(accel(v, 0.0, gap).abs() < 1e-6);
    }
}

/// Metres from the moment of the danger to the stop, in continuous time: km/h, CC, Reg157.
const STOPPING: [(f64, f64, f64); 8] = [
    (20.0, 7.18, 4.52),
    (30.0, 12.44, 8.70),
    (40.0, 18.72, 14.18),
    (50.0, 26.01, 20.94),
    (60.0, 34.32, 28.98),
    (80.0, 53.99, 48.93),
    (100.0, 77.73, 74.02),
    (130.0, 120.95, 121.31),
];

/// Way to the stop when the demand lasts, m, in steps so short that they do not matter.
fn stopping_m(braking: &Braking, mut v: f64) -> f64 {
    let (mut reaction, mut x, dt) = (Reaction::default(), 0.0, 1e-4);
    while v > 0.0 {
        let next = v - reaction.answer(braking, 20.0, dt) * dt;
        x += 0.5 * (v + next.max(0.0)) * dt;
        v = next;
    }
    x
}

#[test]
fn brakes_stop_within_the_published_distances() {
    for (kmh, cc, reg157) in STOPPING {
        for (braking, want) in [(Cc::default().braking, cc), (Reg157::default().braking, reg157)] {
            let x = stopping_m(&braking, kmh / 3.6);
            assert!((x - want).abs() < 0.01, "{kmh} km/h: {x} and not {want}");
        }
    }
}

fn with(name: &str, settings: &[(&str, f64)]) -> BuiltIn {
    BuiltIn::new(name, &settings.iter().map(|(k, v)| ((*k).to_string(), *v)).collect::<Vec<_>>()).unwrap()
}

/// A column of verdicts, the policy that goes by its rule, settings, and the least shares of equal verdicts: where every sideways motion counts, and by default.
type Driver<'a> = (&'a str, &'a str, &'a [(&'a str, f64)], f64, f64);

/// Speeds of the ego and of the other in the cut-ins that the policies drive, km/h.
const DRIVEN: [(u32, u32); 5] = [(40, 30), (40, 10), (60, 10), (90, 10), (130, 70)];

/// The policies, whole as they drive, in the kinematics of the grids. What differs: they follow ordinarily before their rule sees danger and after (so they
/// avoid more, or meet again what the JRC's run of CC ended as not critical), and their brakes are the ego's, which take half a second to 6 m/s^2.
#[test]
fn policies_meet_the_fate_of_their_rules() {
    let overlap = ("lane_trigger", 0.0);
    let careful = ("still_mps", 0.0);
    let drivers: [Driver; 5] = [
        ("cc", "r157-cc", &[overlap], 0.99, 0.99),
        ("fsm", "fsm", &[], 0.995, 0.96),
        ("rss", "rss", &[], 0.995, 0.97),
        ("reg157", "reg157", &[], 0.91, 0.91),
        ("cc_lane", "r157-cc", &[], 0.88, 0.87),
    ];
    for ((column, model), (same, name, settings, least, least_plain)) in models().into_iter().zip(drivers) {
        assert_eq!(column, same);
        let sensitive = with(name, &[settings, &[careful]].concat());
        for (what, policy, least) in [("still_mps=0", sensitive, least), ("default", with(name, settings), least_plain)] {
            let (mut all, mut worse, mut better) = (0, 0, 0);
            for (ego, other) in DRIVEN {
                for (gap, u) in jrc::cut_in_gaps(ego).flat_map(|gap| (0..18).map(move |k| (gap, jrc::lateral_mps(k)))) {
                    let rule = jrc::cut_in(&model, f64::from(ego), f64::from(other), gap, u).collision > 0;
                    let driven = jrc::cut_in_by_policy(&policy, f64::from(ego), f64::from(other), gap, u) > 0;
                    all += 1;
                    worse += u32::from(driven && !rule);
                    better += u32::from(rule && !driven);
                    // At low speeds CC's policy decides every cell as the model does.
                    let exact = name == "r157-cc" && ego <= 60 && (what == "still_mps=0" || column == "cc");
                    assert!(!exact || rule == driven, "{name} {what} {ego}/{other} {gap} m {u} m/s");
                }
            }
            let share = f64::from(all - worse - better) / f64::from(all);
            println!(
                "{name} as {column}, {what}: {:.1}% of {all} equal, {worse} only the policy collides, {better} only the model",
                100.0 * share
            );
            assert!(share >= least, "{name} {what}: {share}");
        }
    }
}

/// Lets the policy drive a road with one car on it. The ego sees without errors, a step late.
fn road_with(spec: VehicleSpec, start_mps: f64, range_m: f64) -> Template {
    let mut t = open_road("reference", 0.0, start_mps.into());
    t.ego.desired_speed_mps = start_mps.into();
    t.ego.limit_mps = 50.0.into();
    t.ego.end_m = 700.0.into();
    t.sensing.range_vehicle_m = range_m.into();
    t.criteria = vec![Criterion::Collision, Criterion::PolicyFault];
    t.actors = vec![actor("car", Class::Car, [4.6, 1.8, 1.5], Motion::Vehicle { spec, path: 0, leader: None })];
    t
}

/// Where the other's centre is for a gap at the start.
fn ahead_m(gap_m: f64) -> Value {
    (EGO_FRONT_M + gap_m + 2.3).into()
}

#[test]
fn every_reference_driver_reaches_the_end_of_a_free_road() {
    for name in BuiltIn::REFERENCE {
        for start_mps in [8.0, 13.9, 25.0] {
            let mut t = open_road("free", 0.0, start_mps.into());
            t.ego.desired_speed_mps = start_mps.into();
            t.ego.limit_mps = 50.0.into();
            t.criteria = vec![Criterion::Collision, Criterion::NoProgress, Criterion::PolicyFault];
            let policy = built_in(name);
            let outcome = drive(&job(&t, &policy), 0..1).outcomes.remove(0);
            assert_eq!(outcome.verdict, Verdict::Pass, "{name} at {start_mps} m/s");
            assert!(outcome.end_s < 210.0 / start_mps, "{name} at {start_mps} m/s: {} s", outcome.end_s);
        }
    }
}

/// The car ahead brakes to a standstill while the ego follows it at ease.
#[test]
fn no_reference_driver_runs_into_a_car_that_brakes_moderately() {
    for name in BuiltIn::REFERENCE {
        for (speed_mps, brake) in [(8.0, 2.0), (13.9, 3.0), (13.9, 4.5), (25.0, 3.0), (25.0, 4.5)] {
            let spec = VehicleSpec {
                s_m: ahead_m(4.0 * speed_mps),
                speed_mps: speed_mps.into(),
                desired_mps: speed_mps.into(),
                brake_time_s: 8.0.into(),
                brake_event_mps2: brake.into(),
                heeds_ego: 0.0.into(),
                ..VehicleSpec::default()
            };
            let t = road_with(spec, speed_mps + 2.0, 300.0);
            let policy = built_in(name);
            let (outcome, trace) = drive_traced(&job(&t, &policy), 0);
            let last = trace.frames.last().unwrap();
            let gap = last.actors[0].x_m - last.ego.x_m - EGO_FRONT_M - 2.3;
            assert!(outcome.impact_speed_mps.is_none(), "{name}, {speed_mps} m/s, {brake} m/s^2: {outcome:?}");
            assert!((0.5..8.0).contains(&gap) && last.ego.speed_mps < 0.1, "{name}, {speed_mps} m/s, {brake} m/s^2: {gap} m");
        }
    }
}

/// A standing car comes in sight late. Within the stopping distance of the rule's brakes it is hit; a little outside of it is not.
#[test]
fn drivers_stop_in_the_simulator_within_the_distances_of_their_brakes() {
    for kmh in [30.0, 40.0, 50.0] {
        for (name, braking) in [("r157-cc", Cc::default().braking), ("rss", Rss::default().braking)] {
            let v = kmh / 3.6;
            let want = stopping_m(&braking, v);
            let hits = |seen_gap: f64| {
                let spec =
                    VehicleSpec { s_m: ahead_m(80.0), speed_mps: 0.0.into(), desired_mps: 0.0.into(), ..VehicleSpec::default() };
                let t = road_with(spec, v, seen_gap + 4.6);
                let policy = built_in(name);
                drive(&job(&t, &policy), 0..1).outcomes[0].impact_speed_mps.is_some()
            };
            // A step of travel, in which it comes in sight; half a step of the delay, which takes eight.
            assert!(hits(want - 0.3) && !hits(want + 0.15 * v + 0.4), "{name} at {kmh} km/h, {want} m");
        }
    }
}

/// Response times of drivers: not warned, at a time to collision of about 4 s, 1.0 to 1.3 s (Summala 2000, abstract).
#[test]
fn surprise_takes_the_time_that_drivers_take() {
    let m = Nieon::default();
    for (ttc_s, want) in [(4.0, 1.30), (2.0, 1.025)] {
        assert!((m.response_time_s(ttc_s) - want).abs() < 1e-9);
        // Evidence step by step, at a looming that stays.
        let pair = Pair { rear_mps: 10.0, gap_m: 10.0 * ttc_s, ..Pair::default() };
        for cues in [-1.0, 0.0, 1.0] {
            let (mut e, mut t) = (0.0, 0.0);
            while !m.surprised(cues, e) {
                e = m.evidence(e, true, &pair, 1e-3);
                t += 1e-3;
            }
            let later = -cues * ttc_s / m.gain;
            assert!((t + m.braking.delay_s - want - later).abs() < 2e-3, "{ttc_s} s, cues {cues}: {t}");
            assert!((m.belief(cues, e) - 0.5).abs() < 2e-3);
        }
    }
}

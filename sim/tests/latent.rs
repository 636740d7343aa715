//! What the policy may not know: the latent truth reaches an observation by nothing but its declared cues and what can be seen.
//! And what it is told: cues, misses, confusions and errors are distributed as the scenario declares.

#![allow(clippy::disallowed_methods, clippy::print_stdout)]

mod common;

use common::{built_in, job, record};
use nines_sim::testing::child_at_kerb;
use nines_sim::*;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// First of the four cue fields of an object's row.
const CUES: usize = batch::OBJECT_FIELDS - CueKind::ALL.len();

/// The template with its first latent variable in the given state, always.
fn forced(t: &Template, state: u8) -> Template {
    Template { strata: vec![Stratum { states: vec![state], hazard: false, weight: 1.0 }], ..t.clone() }
}

/// An observation without its cues, bit by bit.
fn without_cues(o: &ObservationBatch) -> (Vec<u8>, Vec<u32>, Vec<u32>) {
    let row = |row: &[f32]| row[..CUES].iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let objects = o.objects.chunks(batch::OBJECT_FIELDS).flat_map(row);
    (o.mask.clone(), o.ids.clone(), o.ego.iter().map(|v| v.to_bits()).chain(objects).collect())
}

/// First frame in which something that can be seen differs.
fn visibly_apart(a: &Trace, b: &Trace) -> usize {
    let of = |t: &Trace, k: usize, j: usize| {
        let f = t.frames[k].actors[j];
        (t.actors[j].active, [f.x_m, f.y_m, f.heading_rad, f.vx_mps, f.vy_mps], f.lamps)
    };
    let n = a.frames.len().min(b.frames.len());
    (0..n)
        .find(|k| {
            (0..a.actors.len())
                .any(|j| (a.frames[*k].actors[j].visible || b.frames[*k].actors[j].visible) && of(a, *k, j) != of(b, *k, j))
        })
        .unwrap_or(n)
}

/// Drives two latent states under the same noise: all but the cues is equal to the bit until the latency after the first step
/// at which the truth differs visibly. Returns in how many rollouts the observations then differ at once, and in how many
/// the truth differs at all.
fn assert_blind_to(t: &Template, states: [u8; 2], rollouts: u64) -> (u64, u64) {
    let worlds = states.map(|s| forced(t, s));
    let [a, b] = [&worlds[0], &worlds[1]].map(|t| record(t, "blind", rollouts));
    let blind = built_in("blind");
    let (mut at_once, mut at_all) = (0, 0);
    for r in 0..rollouts {
        let [(_, x), (_, y)] = [&worlds[0], &worlds[1]].map(|t| drive_traced(&job(t, &blind), r));
        let (a, b) = (&a[r as usize], &b[r as usize]);
        let shown = visibly_apart(&x, &y) + t.latency_steps as usize;
        for k in 0..shown.min(a.len()).min(b.len()) {
            assert_eq!(without_cues(&a[k]), without_cues(&b[k]), "rollout {r}, step {k}: shown at {shown} only");
        }
        if shown < a.len().min(b.len()) {
            at_all += 1;
            at_once += u64::from(without_cues(&a[shown]) != without_cues(&b[shown]));
        }
    }
    (at_once, at_all)
}

#[test]
fn intent_shows_in_nothing_but_cues_until_the_child_moves() {
    for curvature in [0.0, 0.004] {
        let (at_once, at_all) = assert_blind_to(&child_at_kerb(curvature), [0, 2], 300);
        // All but the few that a burst of misses or the line of sight hides.
        assert!(at_all > 100 && at_once * 10 > at_all * 8, "{at_once} of {at_all}");
    }
    // Who plays moves from the start: what may differ differs as soon as the child is in sight.
    assert_blind_to(&child_at_kerb(0.0), [0, 1], 100);
}

#[test]
fn a_child_hidden_behind_a_van_leaves_no_trace_before_it_is_in_sight() {
    let mut t = child_at_kerb(0.0);
    t.actors[0].active = Value::ByLatent { latent: 0, of: vec![0.0.into(), 1.0.into(), 1.0.into()] };
    let Motion::Walker { spec, .. } = &mut t.actors[0].motion else { unreachable!() };
    (spec.s_m, spec.d_m) = (66.3.into(), (-3.0).into());
    let (at_once, at_all) = assert_blind_to(&t, [0, 2], 300);
    assert!(at_all > 100 && at_once * 10 > at_all * 8, "{at_once} of {at_all}");
}

#[test]
fn padding_is_zero_and_identities_count_from_zero() {
    let mut t = child_at_kerb(0.0);
    t.sensing.half_fov_rad = 4.0.into();
    let mut most = 0;
    for o in record(&t, "blind", 60).iter().flatten() {
        let n = o.mask.iter().filter(|m| **m != 0).count();
        most = most.max(n);
        assert!(o.mask[..n].iter().all(|m| *m == 1) && o.mask[n..].iter().all(|m| *m == 0));
        assert!(o.ids[..n].windows(2).all(|p| p[0] < p[1]) && o.ids[..n].iter().all(|id| (*id as usize) < t.actors.len()));
        assert!(o.ids[n..].iter().all(|id| *id == 0));
        assert!(o.objects[n * batch::OBJECT_FIELDS..].iter().all(|v| v.to_bits() == 0));
        assert_eq!((o.mask.len(), o.objects.len()), (MAX_ACTORS, MAX_ACTORS * batch::OBJECT_FIELDS));
    }
    assert_eq!(most, 3);
    // The first ones to be seen are 0, 1, ...
    for rollout in record(&t, "blind", 60) {
        let first = rollout.iter().find(|o| o.mask[0] != 0).unwrap();
        let n = first.mask.iter().filter(|m| **m != 0).count() as u32;
        assert!(first.ids.iter().take(n as usize).copied().eq(0..n));
    }
}

/// One actor in one state and another, alike, in the other: but for the noise, which is of the slot, nothing tells which it is.
#[test]
fn who_stands_for_whom_in_which_state_does_not_show() {
    let mut t = child_at_kerb(0.0);
    (t.sensing.miss_share, t.sensing.confusion, t.sensing.half_fov_rad) = (0.0.into(), 0.0.into(), 4.0.into());
    (t.sensing.position_noise_m, t.sensing.speed_noise_mps) = (0.0.into(), 0.0.into());
    let there = |state: usize| Value::ByLatent { latent: 0, of: (0..3).map(|k| f64::from(k == state).into()).collect() };
    let mut still = t.actors[0].clone();
    let Motion::Walker { spec, .. } = &mut still.motion else { unreachable!() };
    (spec.go_time_s, spec.go_gap_m, spec.go_tta_s) = (f64::INFINITY.into(), f64::NEG_INFINITY.into(), f64::NEG_INFINITY.into());
    (spec.wander_m, still.cues) = (0.0.into(), Vec::new());
    let (mut one, mut other) = (still.clone(), still);
    (one.active, other.active, other.name) = (there(0), there(2), "other".into());
    // The last slot of all against the first.
    t.actors[0] = one;
    t.actors.push(other);
    let what = |o: &ObservationBatch| {
        let row = |(id, x): (u32, Object)| (id, x.seen, x.class, x.class_probability, [x.vx_mps, x.vy_mps, x.sigma_m]);
        (o.mask.clone(), o.ids.clone(), o.objects_of(0).into_iter().map(row).collect::<Vec<_>>())
    };
    let [a, b] = [0, 2].map(|state| record(&forced(&t, state), "blind", 40));
    let mut seen = 0;
    for (a, b) in a.iter().zip(&b) {
        seen += a.iter().filter(|o| o.objects_of(0).iter().any(|(_, x)| x.class == f64::from(Class::Child as u8))).count();
        assert_eq!(a.iter().map(what).collect::<Vec<_>>(), b.iter().map(what).collect::<Vec<_>>());
    }
    assert!(seen > 100, "{seen}");
}

/// The order in which a scenario names its actors moves their noise, but neither identities nor order nor what they are.
#[test]
fn identities_and_order_say_nothing_of_the_slot() {
    let mut t = forced(&child_at_kerb(0.0), 2);
    (t.sensing.miss_share, t.sensing.confusion, t.sensing.half_fov_rad) = (0.0.into(), 0.0.into(), 4.0.into());
    let mut turned = t.clone();
    turned.actors.reverse();
    let what = |o: &ObservationBatch| {
        let row = |(id, x): (u32, Object)| (id, x.class, x.class_probability, x.brake_lamp);
        (o.mask.clone(), o.ids.clone(), o.objects_of(0).into_iter().map(row).collect::<Vec<_>>())
    };
    for (a, b) in record(&t, "blind", 60).iter().zip(&record(&turned, "blind", 60)) {
        assert_eq!(a.len(), b.len());
        assert!(a.iter().zip(b).all(|(a, b)| what(a) == what(b)));
    }
}

/// The child 66 m before an ego that stands, seen at every step for about `seconds`, alone.
fn watched(state: u8, seconds: f64) -> Template {
    let mut t = forced(&child_at_kerb(0.0), state);
    t.ego.start_speed_mps = 0.0.into();
    (t.ego.end_m, t.ego.desired_speed_mps) = (100.0.into(), 20.0.into());
    t.ego.lawful_wait_s = (seconds - 5.0 - HORIZON_SLACK_S).into();
    (t.sensing.range_person_m, t.sensing.miss_share, t.sensing.confusion) = (500.0.into(), 0.0.into(), 0.0.into());
    (t.actors[1].active, t.actors[2].active) = (0.0.into(), 0.0.into());
    t.actors[0].cues.iter_mut().for_each(|c| c.range_m = 500.0);
    t
}

/// What each rollout was told of the child by each measurement, from the first on.
fn readings(t: &Template, rollouts: u64) -> Vec<Vec<Option<Object>>> {
    let skip = t.latency_steps as usize;
    let one = |o: &ObservationBatch| o.objects_of(0).first().map(|(_, object)| *object);
    record(t, "parked", rollouts).iter().map(|r| r.iter().skip(skip).map(one).collect()).collect()
}

/// Probability of counts that far from expectation, by Pearson's test with `lost` degrees of freedom less than counts.
fn chi_square(counts: &[(f64, f64)], lost: usize) -> f64 {
    let x: f64 = counts.iter().map(|(got, want)| (got - want).powi(2) / want).sum();
    1.0 - ChiSquared::new((counts.len() - lost) as f64).unwrap().cdf(x)
}

/// How often each level was shown, beside how often its likelihood lets expect it.
fn levels(cue: &Cue, state: u8, shown: &[f64]) -> Vec<(f64, f64)> {
    let got = |level: f64| shown.iter().filter(|v| (**v - level).abs() < 1e-6).count() as f64;
    let rows = cue.levels.iter().zip(&cue.likelihood[state as usize]);
    let counts: Vec<_> = rows.map(|(level, share)| (got(*level), share * shown.len() as f64)).collect();
    assert_eq!(counts.iter().map(|c| c.0).sum::<f64>(), shown.len() as f64, "a level that was not declared");
    counts
}

#[test]
fn a_lasting_cue_shows_its_levels_as_often_as_declared_and_never_changes() {
    for state in 0..3 {
        let t = watched(state, 3.0);
        let mut shown = Vec::new();
        for rollout in readings(&t, 4000) {
            let first = rollout[0].unwrap().intention;
            assert!(rollout.iter().all(|o| o.unwrap().intention == first));
            shown.push(first);
        }
        let p = chi_square(&levels(&t.actors[0].cues[0], state, &shown), 1);
        println!("intention in state {state}: p {p:.4}");
        assert!(p > 1e-4, "state {state}: {p}");
    }
}

#[test]
fn a_passing_cue_is_drawn_anew_and_independently_in_every_window() {
    for state in 0..3 {
        let t = watched(state, 40.0);
        let window = (10 * KNOT_STEPS) as usize;
        let (mut shown, mut pairs) = (Vec::new(), [[0.0f64; 2]; 2]);
        for rollout in readings(&t, 200) {
            let gaze: Vec<f64> = rollout.iter().map(|o| o.unwrap().gaze).collect();
            let windows: Vec<f64> = gaze.chunks(window).map(|w| w[0]).collect();
            assert!(gaze.chunks(window).all(|w| w.iter().all(|v| *v == w[0])), "changes within a window");
            windows.windows(2).for_each(|p| pairs[p[0] as usize][p[1] as usize] += 1.0);
            shown.extend(windows);
        }
        let p = chi_square(&levels(&t.actors[0].cues[1], state, &shown), 1);
        // Independence of neighbours: a table of two by two.
        let n: f64 = pairs.iter().flatten().sum();
        let expected = |i: usize, j: usize| (pairs[i][0] + pairs[i][1]) * (pairs[0][j] + pairs[1][j]) / n;
        let cells: Vec<_> = (0..4).map(|c| (pairs[c / 2][c % 2], expected(c / 2, c % 2))).collect();
        let q = chi_square(&cells, 3);
        println!("gaze in state {state}: p {p:.4}, neighbours p {q:.4}");
        assert!(p > 1e-4 && q > 1e-4, "state {state}: {p}, neighbours {q}");
    }
}

#[test]
fn objects_are_taken_for_their_look_alike_as_often_as_declared() {
    let mut t = watched(0, 40.0);
    t.sensing.confusion = 0.1.into();
    let (mut confused, mut windows) = (0.0, 0.0);
    for rollout in readings(&t, 200) {
        for w in rollout.chunks(20) {
            let first = w[0].unwrap();
            assert!(w.iter().all(|o| o.unwrap().class == first.class), "changes within two seconds");
            let adult = first.class == Class::Adult as u8 as f64;
            // The probability told is the share that is right, and the same whether it is: it does not give the truth away.
            assert!((first.class_probability - 0.9).abs() < 1e-6 && (adult || first.class == Class::Child as u8 as f64));
            (confused, windows) = (confused + f64::from(u8::from(adult)), windows + 1.0);
        }
    }
    let p = chi_square(&[(confused, 0.1 * windows), (windows - confused, 0.9 * windows)], 1);
    assert!(p > 1e-4, "{confused} of {windows}");
}

#[test]
fn misses_take_their_declared_share_from_the_start_and_come_in_bursts_of_their_declared_mean() {
    let mut t = watched(0, 40.0);
    (t.sensing.miss_share, t.sensing.miss_mean_s) = (0.2.into(), 0.6.into());
    let (mut missing, mut ended, mut knots) = (0.0, 0.0, 0.0);
    for rollout in readings(&t, 300) {
        let missed: Vec<bool> = rollout.iter().map(Option::is_none).collect();
        assert!(missed.chunks(KNOT_STEPS as usize).all(|k| k.iter().all(|m| *m == k[0])));
        let missed: Vec<bool> = missed.into_iter().step_by(KNOT_STEPS as usize).collect();
        for pair in missed.windows(2) {
            knots += 1.0;
            missing += f64::from(u8::from(pair[0]));
            ended += f64::from(u8::from(pair[0] && !pair[1]));
        }
    }
    // Of a burst a third of the knots is the last one. Standard errors: 0.0038 (bursts are correlated), and 0.0044.
    let (share, mean_s) = (missing / knots, missing / ended * 0.2);
    println!("share {share:.4}, mean {mean_s:.4} s, {knots} knots");
    assert!((share - 0.2).abs() < 0.016, "{share}");
    assert!((mean_s - 0.6).abs() < 0.035, "{mean_s}");
    let at_first = readings(&Template { sensing: t.sensing.clone(), ..watched(0, 1.0) }, 4000);
    let missed = at_first.iter().filter(|r| r[0].is_none()).count() as f64;
    let p = chi_square(&[(missed, 800.0), (4000.0 - missed, 3200.0)], 1);
    assert!(p > 1e-4, "{missed} of 4000 missed by the first measurement");
}

/// Errors of the position in standard deviations, by rollout and coordinate.
fn position_errors(t: &Template, rollouts: u64) -> Vec<[Vec<f64>; 2]> {
    let error = |r: usize, o: &Object| {
        let kerb = t.draw(11, Sampling::Mc, r as u64).params[2];
        [(o.x_m - 70.0) / o.sigma_m, (o.y_m + 1.9 + kerb) / o.sigma_m]
    };
    let told = readings(t, rollouts);
    let rows = told.iter().enumerate().map(|(r, told)| told.iter().map(|o| error(r, &o.unwrap())).collect::<Vec<_>>());
    rows.map(|rows| [0, 1].map(|c| rows.iter().map(|e| e[c]).collect())).collect()
}

/// Errors persist for 0.8 s, so that after this time the correlation is 1/e. The mean of five frames of an error that is drawn
/// anew every 0.2 s with that persistence keeps (9 + 12 c + 4 c^2) / 25 of the variance, c = exp(-0.2 / 0.8); of independent
/// errors it would keep 0.2.
#[test]
fn position_errors_have_their_declared_size_and_are_not_averaged_away() {
    let errors = position_errors(&watched(0, 40.0), 300);
    let (mut n, mut square, mut lagged, mut n_lag, mut mean5, mut n5) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for series in errors.iter().flatten() {
        n += series.len() as f64;
        square += series.iter().map(|e| e * e).sum::<f64>();
        lagged += series.windows(9).map(|w| w[0] * w[8]).sum::<f64>();
        n_lag += (series.len() - 8) as f64;
        mean5 += series.windows(5).map(|w| (w.iter().sum::<f64>() / 5.0).powi(2)).sum::<f64>();
        n5 += (series.len() - 4) as f64;
    }
    let (sd, correlation, kept) = ((square / n).sqrt(), lagged / n_lag / (square / n), mean5 / n5);
    let c = f64::exp(-0.25);
    println!("sd {sd:.4}, correlation {correlation:.4}, kept {kept:.4}");
    assert!((sd - 1.0).abs() < 0.03 && (correlation - f64::exp(-1.0)).abs() < 0.03, "{sd} {correlation}");
    assert!((kept - (9.0 + 12.0 * c + 4.0 * c * c) / 25.0).abs() < 0.05, "{kept}");
}

#[test]
fn position_errors_have_their_declared_size_from_the_first_measurement_on() {
    let errors = position_errors(&watched(0, 1.0), 3000);
    let square: f64 = errors.iter().flatten().map(|series| series[0] * series[0]).sum::<f64>() / 6000.0;
    // Four standard errors of a variance of 6,000 draws.
    assert!((square - 1.0).abs() < 0.073, "{square}");
}

//! The confidence sequence against tables made by mpmath (`tests/data/sequence_tables.py`) and by the confseq package
//! (`tests/data/confseq_tables.py`), and against the chance that it is there to withstand: simulated histories that are looked at after every chunk.

// A study compares; it computes no result that must have the same bits everywhere.
#![allow(clippy::disallowed_methods)]

#[path = "support/histories.rs"]
mod histories;

use histories::{CHUNK, HISTORIES, Random, at_95, counts, ever, thresholds};
use nines_metrics::{Alpha, Demand, Mixture, Plan, Prior, Sample, TwoGroup, Verdict, sequence};

/// Looks at a history.
const LOOKS: u64 = 4000;

fn watched(nines: f64) -> Plan {
    Plan::Watched(Mixture::of(Demand::nines(nines).ok()).unwrap())
}

#[test]
fn limits_match_mpmath() {
    let table = include_str!("data/sequence.csv");
    let (mut wrong, mut rows) = (Vec::new(), 0);
    for line in table.lines().skip(1) {
        let row: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
        let (counts, mixture) = (counts(row[0] as u64, row[1] as u64), Mixture::around(row[2]).unwrap());
        let alpha = Alpha::new(row[3]).unwrap();
        let got = [sequence::lower(counts, mixture, alpha), sequence::upper(counts, mixture, alpha)];
        for (what, got, expected) in [("lower", got[0], row[4]), ("upper", got[1], row[5])] {
            // Below 1e-290 the probability leaves the range of f64, and no rollout can tell.
            let close = if expected < 1e-290 { got < 1e-290 } else { (got / expected - 1.0).abs() <= 1e-9 };
            if !close {
                wrong.push(format!("{what} of {line}: {got:e}, {:e}", got / expected - 1.0));
            }
        }
        assert!(0.0 <= got[0] && got[0] <= got[1] && got[1] <= 1.0, "{line}: {got:?}");
        rows += 1;
    }
    assert!(rows > 2000);
    assert!(wrong.is_empty(), "{} of {rows}:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn limits_and_p_values_match_confseq() {
    let (mut below, mut above) = (0, 0);
    for line in include_str!("data/confseq.csv").lines().skip(1) {
        let row: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
        let (counts, mixture) = (counts(row[0] as u64, row[1] as u64), Mixture::around(row[2]).unwrap());
        let (p, alpha) = (row[3], Alpha::new(row[4]).unwrap());
        let lower = row[1] / row[0] > p;
        let limit = if lower { sequence::lower } else { sequence::upper }(counts, mixture, alpha);
        assert!((limit / p - 1.0).abs() <= 1e-9, "{line}: {limit:e}");
        if lower {
            let p_value = sequence::at_least(counts, mixture, p);
            assert!((p_value / row[4] - 1.0).abs() <= 1e-9, "{line}: {p_value:e}");
        }
        *(if lower { &mut below } else { &mut above }) += 1;
    }
    assert!(below > 40 && above > 40, "{below} lower and {above} upper limits");
}

#[test]
fn limits_have_the_same_bits_on_every_machine() {
    // Golden values; they change only with the algorithm, and then with a note in the changelog.
    let (alpha, mixture) = (Alpha::new(0.025).unwrap(), Mixture::around(1e-4).unwrap());
    let bits = |rollouts, failures| {
        let counts = counts(rollouts, failures);
        (sequence::lower(counts, mixture, alpha).to_bits(), sequence::upper(counts, mixture, alpha).to_bits())
    };
    assert_eq!(bits(50_000, 652), (0x3f7b_3639_8424_6dd1, 0x3f97_19de_0abc_80f7));
    assert_eq!(bits(50_000, 0), (0x0, 0x3f1c_bb95_fdb1_da7a));
    assert_eq!(bits(1_000_000_000, 3), (0x3da9_44d0_01e6_948e, 0x3e58_782a_c236_e9b7));
}

#[test]
fn looking_after_every_chunk_is_wrong_at_most_as_often_as_allowed() {
    // At the boundary, where both verdicts are wrong: 50 of 1000, and 2.5 standard deviations of 6.9.
    for (nines, seed) in [(2.0, 1), (3.0, 2), (4.0, 3)] {
        let p = 10_f64.powf(-nines);
        let (demonstrated, refuted) = ever(p, seed, &thresholds(nines, watched(nines), LOOKS));
        assert!(demonstrated <= 67 && refuted <= 67, "{nines} nines: {demonstrated} demonstrated, {refuted} refuted");
        // Not for want of trying: where the truth is three times better or worse both are told.
        let better = ever(p / 3.0, seed, &thresholds(nines, watched(nines), LOOKS));
        let worse = ever(p * 3.0, seed, &thresholds(nines, watched(nines), LOOKS));
        if nines < 4.0 {
            assert!(better.0 > 990 && worse.1 > 990, "{nines} nines: {better:?}, {worse:?}");
        }
        assert!(better.1 <= 67 && worse.0 <= 67, "{nines} nines: {better:?}, {worse:?}");
    }
}

#[test]
fn limits_for_one_look_do_not_withstand_many() {
    // The error that the sequence is there to prevent: the same histories judged by exact limits at every look.
    let (demonstrated, refuted) = ever(1e-3, 2, &thresholds(3.0, Plan::Fixed, LOOKS));
    assert!(demonstrated > 150 && refuted > 150, "{demonstrated} demonstrated, {refuted} refuted");
}

#[test]
fn two_watched_halves_keep_their_error_at_every_look() {
    // P = (1-w) p0 + w p1 with w known, looked at after every 16th chunk; misses of each one-sided limit at 95%.
    let (w, p) = (0.2, [0.002, 0.02]);
    let truth = (1.0 - w) * p[0] + w * p[1];
    let prior = Prior::new(w, w, w, at_95()).unwrap();
    let (mut below, mut above) = (0, 0);
    for history in 0..HISTORIES {
        let mut randoms = [Random(7 ^ history << 32), Random(8 ^ history << 32)];
        let mut next = [randoms[0].gap(p[0]), randoms[1].gap(p[1])];
        let (mut failures, mut missed) = ([0, 0], (false, false));
        for n in (1..=100).map(|look| look * 8 * CHUNK) {
            for half in 0..2 {
                while next[half] <= n {
                    failures[half] += 1;
                    next[half] += randoms[half].gap(p[half]);
                }
            }
            let halves = TwoGroup::new(counts(n, failures[0]), counts(n, failures[1]), prior).under(watched(3.0));
            let alpha = at_95().one_sided();
            missed.0 |= halves.lower(alpha) > truth;
            missed.1 |= halves.upper(alpha) < truth;
        }
        below += u64::from(missed.0);
        above += u64::from(missed.1);
    }
    assert!(below <= 67 && above <= 67, "{below} lower limits, {above} upper limits missed");
}

#[test]
fn a_watched_sample_says_how_its_limits_were_formed() {
    let estimate = Sample::half(counts(50_000, 652)).under(watched(3.0)).estimate(at_95());
    let text = serde_json::to_string(&estimate).unwrap();
    assert!(text.contains(r#""interval":"confidence-sequence""#), "{text}");
    assert_eq!(serde_json::from_str::<nines_metrics::Estimate>(&text).unwrap(), estimate);
    let fixed = Sample::half(counts(50_000, 652)).estimate(at_95());
    assert!(estimate.one_sided_upper() > fixed.one_sided_upper() && estimate.one_sided_lower() < fixed.one_sided_lower());
}

#[test]
fn what_is_needed_suffices_and_one_less_does_not() {
    let sample = Sample::all(counts(1000, 0)).under(watched(3.0));
    let (_, clean) = Demand::nines(3.0).unwrap().rollouts_needed(&sample, at_95());
    let further = clean.unwrap();
    let judge = |more| Demand::nines(3.0).unwrap().judge(&Sample::all(counts(1000 + more, 0)).under(watched(3.0)), at_95());
    assert_eq!((judge(further), judge(further - 1)), (Verdict::Demonstrated, Verdict::Undecided));
    // By hand: n with (1 - 1e-3)^n = 0.05 / (1 + n / 1000); 1.58 times the 2,995 rollouts of a fixed plan.
    assert_eq!(1000 + further, 4741);
}

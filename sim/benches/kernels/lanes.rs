//! The same scene by hand in lanes: `W` worlds in flat records of arrays, masks for branches, ended lanes refilled.
//!
//! The same formulas in the same order as in the scalar kernel, so that both give the same bits.

mod parts;

use super::common::*;
use nines_sim::random::{Channel, Key, normal_pair, words};
use nines_sim::{InstructionSet, KNOT_STEPS};
use parts::*;
use std::ops::Range;

/// `W` worlds.
struct Block<const W: usize> {
    key: Key,
    all: Lanes<W>,
    errors: [ErrorLanes<W>; 3],
    ring: [ReadingLanes<W>; 2],
    child: TrackLanes<W>,
    van: TrackLanes<W>,
    belief: BeliefLanes<W>,
    rollout: [u64; W],
    intent: [u64; W],
    /// Steps driven, and the step at which the next window of the cues begins.
    step: [u64; W],
    window: [u64; W],
    digest: [u64; W],
    done: [u64; W],
}

impl<const W: usize> Block<W> {
    #[inline(never)]
    fn load(&mut self, i: usize, rollout: u64) {
        let p = World::draw(self.key, rollout);
        let wander_fresh = if p.intent == PLAYS { WANDER_FRESH } else { 0.0 };
        let dash_tta = if p.intent == DASHES { p.dash_tta } else { f64::NEG_INFINITY };
        let k = Figures::new();
        let mut w = Lane {
            speed: p.speed,
            pace: p.pace,
            follower_pace: p.follower_pace,
            run: p.run,
            kerb_y: p.kerb_y,
            dash_tta,
            hesitate_at: p.hesitate_at,
            wander_fresh,
            horizon: p.horizon,
            cos: 1.0,
            v: p.speed,
            cx: CHILD_X,
            cy: p.kerb_y,
            fx: -6.0 - p.follower_gap,
            fv: p.speed,
            collision: k.collision,
            struck: k.struck,
            off_road: k.off_road,
            failed_s: k.failed_s,
            impact: k.impact,
            ttc: k.ttc,
            standing: 1.0,
            ..Lane::default()
        };
        (w.child_rx, w.child_ry) = sees(&w, w.cx, w.cy);
        (w.van_rx, w.van_ry) = sees(&w, VAN_X, VAN_Y);
        (w.follower_rx, w.follower_ry) = sees(&w, w.fx, 0.0);
        self.all.set(i, &w);
        self.errors.iter_mut().for_each(|e| e.set(i, &Errors::default()));
        self.ring.iter_mut().for_each(|r| r.set(i, &Readings::default()));
        self.child.set(i, &Track::default());
        self.van.set(i, &Track::default());
        self.belief.set(i, &Belief::default());
        (self.rollout[i], self.intent[i], self.step[i], self.window[i]) = (rollout, p.intent, 0, 0);
        (self.digest[i], self.done[i]) = (0, 0);
    }

    #[inline(never)]
    fn unload(&self, i: usize) -> Outcome {
        let (w, e) = (self.all.get(i), self.errors[2].get(i));
        let digest = fold(self.digest[i], [e.e0, e.e1, e.e2, e.e3].iter().sum::<f64>() + e.missing + w.confused_van);
        let k = Figures {
            collision: w.collision,
            struck: w.struck,
            off_road: w.off_road,
            failed_s: w.failed_s,
            cause: w.cause,
            with: w.with,
            impact: w.impact,
            ttc: w.ttc,
            fastest: w.fastest,
            decel: w.decel,
            speeds: w.speeds,
            harsh: w.harsh,
            needless: w.needless,
            digest,
        };
        k.outcome(self.intent[i], w.pace, w.horizon, self.rollout[i], self.step[i], w.x)
    }

    #[inline(never)]
    fn cues(&mut self, i: usize) {
        let before = Cues { intention: self.all.intention[i], ..Cues::default() };
        let c = Cues::draw(self.key, self.rollout[i], self.step[i], self.intent[i], before);
        (self.all.confused[i], self.all.confused_van[i]) = (c.confused[0], c.confused[1]);
        (self.all.gaze[i], self.all.intention[i]) = (c.gaze, c.intention);
        self.window[i] += WINDOW_STEPS;
    }

    #[inline(always)]
    fn noise(&mut self) {
        // Copies on the stack: the compiler then knows that what is read and what is written do not overlap.
        let (key, rollout) = (self.key, self.rollout);
        let knot = self.step.map(|step| step / KNOT_STEPS);
        for (slot, errors) in self.errors.iter_mut().enumerate() {
            let mut now = errors.clone();
            for i in 0..W {
                let mut e = now.get(i);
                drift(key, rollout[i], slot as u64, knot[i], &mut e);
                now.set(i, &e);
            }
            *errors = now;
        }
        let mut z = [[0.0; W]; 2];
        for i in 0..W {
            let b = words(key, rollout[i], Channel::Behaviour, 0, knot[i]);
            (z[0][i], z[1][i]) = normal_pair(b[0], b[1]);
        }
        [self.all.z0, self.all.z1] = z;
        for i in 0..W {
            if self.step[i] == self.window[i] {
                self.cues(i);
            }
        }
    }

    #[inline(always)]
    fn step(&mut self, slot: usize) {
        let all = &mut self.all;
        let (old, mut new) = (self.ring[slot].clone(), ReadingLanes::<W>::new());
        for i in 0..W {
            let (mut w, o) = (all.get(i), old.get(i));
            let (mut child, mut van, mut m) = (self.child.get(i), self.van.get(i), self.belief.get(i));
            decide(&mut w, &o, &mut child, &mut van, &mut m);
            all.set(i, &w);
            self.child.set(i, &child);
            self.van.set(i, &van);
            self.belief.set(i, &m);
        }
        for i in 0..W {
            new.set(i, &see(&all.get(i), &self.errors[0].get(i), &self.errors[1].get(i)));
        }
        self.ring[slot] = new;
        for i in 0..W {
            let mut w = all.get(i);
            move_child(&mut w, slot == 0);
            move_follower(&mut w);
            move_ego(&mut w);
            judge(&mut w);
            all.set(i, &w);
        }
        if any(&all.child_near) {
            for i in 0..W {
                let mut w = all.get(i);
                contact(&child_pair(&w), 1.0, w.child_near, w.child_hit, &mut w.collision, &mut w.impact, &mut w.with);
                all.set(i, &w);
            }
        }
        if any(&all.van_near) {
            for i in 0..W {
                let mut w = all.get(i);
                contact(&van_pair(&w), 2.0, w.van_near, w.van_hit, &mut w.collision, &mut w.impact, &mut w.with);
                all.set(i, &w);
            }
        }
        if any(&all.follower_near) {
            for i in 0..W {
                let mut w = all.get(i);
                contact(&follower_pair(&w), 3.0, w.follower_near, w.follower_hit, &mut w.struck, &mut w.impact, &mut w.with);
                all.set(i, &w);
            }
        }
        for i in 0..W {
            let mut w = all.get(i);
            self.done[i] = finish(&mut w, &old.get(i), &mut self.digest[i]);
            self.step[i] += 1;
            all.set(i, &w);
        }
    }
}

#[inline(always)]
fn any<const W: usize>(flags: &[f64; W]) -> bool {
    flags.iter().fold(0, |a, f| a | f.to_bits()) != 0
}

/// Drives a range of rollouts. A lane that ends takes the next one at the next knot.
#[inline(always)]
fn run<const W: usize>(key: Key, rollouts: Range<u64>) -> Vec<Outcome> {
    let mut out: Vec<Option<Outcome>> = vec![None; (rollouts.end - rollouts.start) as usize];
    let mut b = Block::<W> {
        key,
        all: Lanes::new(),
        errors: [ErrorLanes::new(), ErrorLanes::new(), ErrorLanes::new()],
        ring: [ReadingLanes::new(), ReadingLanes::new()],
        child: TrackLanes::new(),
        van: TrackLanes::new(),
        belief: BeliefLanes::new(),
        rollout: [0; W],
        intent: [0; W],
        step: [0; W],
        window: [1; W],
        digest: [0; W],
        done: [1; W],
    };
    let (mut next, mut live, mut running) = (rollouts.start, [false; W], 0);
    while running > 0 || next < rollouts.end {
        for (i, live) in live.iter_mut().enumerate().filter(|(_, live)| !**live) {
            if next < rollouts.end {
                b.load(i, next);
                (*live, next, running) = (true, next + 1, running + 1);
            }
        }
        b.noise();
        for slot in 0..2 {
            b.step(slot);
            if b.done.iter().fold(0, |a, d| a | d) == 0 {
                continue;
            }
            for (i, live) in live.iter_mut().enumerate().filter(|(_, live)| **live) {
                if b.done[i] != 0 {
                    let at = (b.rollout[i] - rollouts.start) as usize;
                    out[at] = Some(b.unload(i));
                    (*live, running) = (false, running - 1);
                }
            }
        }
    }
    out.into_iter().flatten().collect()
}

/// The kernel for an instruction set, if it is the machine's: as the engine, chosen at run time.
pub fn kernel(set: InstructionSet) -> fn(Key, Range<u64>) -> Vec<Outcome> {
    assert!(InstructionSet::available().contains(&set), "this machine lacks {set:?}");
    match set {
        InstructionSet::Baseline => baseline,
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => dispatch::avx2,
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 => dispatch::avx512,
        #[cfg(not(target_arch = "x86_64"))]
        _ => baseline,
    }
}

fn baseline(key: Key, rollouts: Range<u64>) -> Vec<Outcome> {
    run::<16>(key, rollouts)
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "calling a function compiled for more instructions than the baseline")]
mod dispatch {
    use super::*;

    macro_rules! compiled_for {
        ($features:literal, $name:ident) => {
            pub fn $name(key: Key, rollouts: Range<u64>) -> Vec<Outcome> {
                #[target_feature(enable = $features)]
                fn inner(key: Key, rollouts: Range<u64>) -> Vec<Outcome> {
                    run::<16>(key, rollouts)
                }
                // SAFETY: `kernel` hands this out only where the machine has the set.
                unsafe { inner(key, rollouts) }
            }
        };
    }
    compiled_for!("avx2", avx2);
    compiled_for!("avx512f,avx512dq,avx512vl,avx512bw,avx2", avx512);
}

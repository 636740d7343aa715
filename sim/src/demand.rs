//! Demands: criteria that an author adds to those that every scenario has. A demand holds while a condition does, and asks for
//! something of the ego: at every moment of it, within a time of its beginning, or for all but a total time.

use crate::ego::{EGO_FRONT_M, Ego};
use crate::judge::{FAR_M, line_margin};
use crate::math::{clamp, max, min};
use crate::outcome::Criterion;
use crate::template::DT;
use crate::trigger::{About, EGO, Scene, Trigger};
use crate::value::Value;

/// Slower than this the ego stands, m/s.
const STANDS_MPS: f64 = 0.2;

/// A demand on the ego. `V` as in [`Trigger`].
#[derive(Clone, Debug, PartialEq)]
pub struct Demand<V = Value> {
    /// The actor that it is about, for conditions and distances; the ego itself where none is named.
    pub of: Option<u16>,
    /// When it holds.
    pub when: Trigger<V>,
    /// What it asks for.
    pub keep: Keep<V>,
    /// For how long.
    pub period: Period<V>,
}

/// What a demand asks for. Each is a signed margin that is positive where it is met.
#[derive(Clone, Debug, PartialEq)]
pub enum Keep<V = Value> {
    /// Free distance to the actor of at least the first, m, or a speed below the second, m/s. Margin: the larger one of
    /// (distance - wanted) / 1 m and (speed wanted - speed) / (1 m/s).
    Gap(V, V),
    /// Speed at most, m/s. Margin: (wanted - speed) / (1 m/s).
    Slower(V),
    /// Front before a line of the route, m. Margin: distance to it / 1 m; on passing it -(speed) / (1 m/s) - 0.001.
    Before(V),
    /// A stand with the front at most the second before the line at the first, m, before it is passed. Margin as above.
    Stop(V, V),
    /// On the move. Margin: (speed - 0.2 m/s) / (1 m/s).
    Moving,
    /// Centre at most the first off the offset at the second, m. Margin: what is left of it / 0.5 m.
    Offset(V, V),
    /// Braking of at least that, m/s^2. Margin: (braking - wanted) / (1 m/s^2).
    Braking(V),
    /// Shows that lamp: 1 left, -1 right, 2 both; 0 none. Margin: 1 or -1.
    Lamp(i8),
    /// Sounds the horn. Margin: 1 or -1.
    Horn,
    /// Asks for remote help (`true`), or does not. Margin: 1 or -1.
    Help(bool),
}

/// For how long a demand must be met while it holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Period<V = Value> {
    /// At every moment: the margin is the smallest one.
    Always,
    /// Once, within that time from when it began to hold, s. Margin: time left / 1 s until it is met.
    Within(V),
    /// But for that total time, s. Margin: time left / 1 s.
    Total(V),
}

impl Demand {
    /// The criterion that it belongs to.
    pub fn criterion(&self) -> Criterion {
        match self.keep {
            Keep::Gap(..) => Criterion::Clearance,
            Keep::Slower(_) => Criterion::SituationSpeed,
            Keep::Before(_) => Criterion::NoEntry,
            Keep::Stop(..) => Criterion::MustStop,
            Keep::Moving => Criterion::Blocking,
            Keep::Offset(..) => Criterion::LaneKeeping,
            Keep::Braking(_) => Criterion::Reaction,
            Keep::Lamp(_) | Keep::Horn => Criterion::Signalling,
            Keep::Help(_) => Criterion::HelpRequest,
        }
    }
}

/// A demand as it runs: values are places in a table of bound numbers.
#[derive(Clone, Debug)]
pub(crate) struct DemandPlan {
    pub criterion: Criterion,
    demand: Demand<u16>,
    /// Its values, in the order of the table.
    pub values: Vec<Value>,
}

impl DemandPlan {
    /// Lays the values of a demand out in a table.
    pub fn new(d: &Demand) -> Self {
        let mut values = Vec::new();
        let mut place = |v: &Value| {
            values.push(v.clone());
            (values.len() - 1) as u16
        };
        let when = d.when.map(&mut place);
        let keep = match &d.keep {
            Keep::Gap(a, b) => Keep::Gap(place(a), place(b)),
            Keep::Slower(v) => Keep::Slower(place(v)),
            Keep::Before(v) => Keep::Before(place(v)),
            Keep::Stop(a, b) => Keep::Stop(place(a), place(b)),
            Keep::Moving => Keep::Moving,
            Keep::Offset(a, b) => Keep::Offset(place(a), place(b)),
            Keep::Braking(v) => Keep::Braking(place(v)),
            Keep::Lamp(side) => Keep::Lamp(*side),
            Keep::Horn => Keep::Horn,
            Keep::Help(asked) => Keep::Help(*asked),
        };
        let period = match &d.period {
            Period::Always => Period::Always,
            Period::Within(v) => Period::Within(place(v)),
            Period::Total(v) => Period::Total(place(v)),
        };
        Self { criterion: d.criterion(), demand: Demand { of: d.of, when, keep, period }, values }
    }
}

crate::lanes::record! {
    /// How far a demand has come.
    Watch, WatchLanes {
        /// Smallest margin so far.
        margin,
        /// 1 while it holds.
        holds,
        /// Time since it began to hold, s.
        lasted_s,
        /// 1 once it was met since then.
        met,
        /// Time for which it was not met, s.
        total_s,
        /// 1 once the ego has stood before the line.
        stood,
    }
}

impl Watch {
    /// Before the first step.
    pub(crate) fn fresh() -> Self {
        Watch { margin: FAR_M, ..Watch::default() }
    }
}

impl DemandPlan {
    /// The actor that it is about.
    pub fn of(&self) -> Option<u16> {
        self.demand.of
    }

    /// Looks at the world after a step. `was` is the ego before it.
    pub fn look(&self, table: &[f64], scene: &Scene, was: &Ego, w: &mut Watch) {
        let d = &self.demand;
        let about = About { party: scene.party(d.of.unwrap_or(EGO)), lasted_s: scene.t, moved_m: 0.0, arrived: 0.0 };
        let there = d.of.is_none() || about.party.active != 0.0;
        let holds = there && scene.holds(&d.when, table, &about);
        let keep = self.margin(table, scene, was, &about, holds, w);
        let begins = holds && w.holds == 0.0;
        w.lasted_s = if begins { 0.0 } else { w.lasted_s + DT };
        w.met = if holds && (keep > 0.0 || (w.met != 0.0 && !begins)) { 1.0 } else { 0.0 };
        w.total_s += if holds && keep <= 0.0 { DT } else { 0.0 };
        w.holds = if holds { 1.0 } else { 0.0 };
        if !holds {
            return;
        }
        let margin = match &d.period {
            Period::Always => keep,
            Period::Within(t) if w.met == 0.0 => table[*t as usize] - w.lasted_s,
            Period::Within(_) => FAR_M,
            Period::Total(t) => table[*t as usize] - w.total_s,
        };
        w.margin = min(w.margin, clamp(margin, -1000.0, FAR_M));
    }

    /// What is asked for, as a margin at this moment.
    fn margin(&self, table: &[f64], scene: &Scene, was: &Ego, about: &About, holds: bool, w: &mut Watch) -> f64 {
        let v = |k: &u16| table[*k as usize];
        let e = &scene.ego;
        let yes = |b: bool| if b { 1.0 } else { -1.0 };
        match &self.demand.keep {
            Keep::Gap(gap, speed) => max(min(scene.distance(&about.party), FAR_M) - v(gap), v(speed) - e.v),
            Keep::Slower(speed) => v(speed) - e.v,
            Keep::Before(line) => line_margin(holds, v(line), was.s + EGO_FRONT_M, scene.front, e.v),
            Keep::Stop(line, within) => {
                let room = v(line) - scene.front;
                if e.v < STANDS_MPS && (0.0..=v(within)).contains(&room) {
                    w.stood = 1.0;
                }
                line_margin(holds && w.stood == 0.0, v(line), was.s + EGO_FRONT_M, scene.front, e.v)
            }
            Keep::Moving => e.v - STANDS_MPS,
            Keep::Offset(most, at) => (v(most) - (scene.party(EGO).d - v(at)).abs()) / 0.5,
            Keep::Braking(least) => -e.a - v(least),
            Keep::Lamp(side) => yes(scene.lamp == f64::from(*side)),
            Keep::Horn => yes(scene.horn != 0.0),
            Keep::Help(asked) => yes((scene.help != 0.0) == *asked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drive(d: &Demand, speeds: &[f64]) -> f64 {
        let plan = DemandPlan::new(d);
        let table: Vec<f64> = plan.values.iter().map(|v| v.at(&[], &[])).collect();
        let (mut w, mut ego) = (Watch::fresh(), Ego { cos: 1.0, route_cos: 1.0, ..Ego::default() });
        for (k, v) in speeds.iter().enumerate() {
            let was = ego;
            (ego.v, ego.s) = (*v, ego.s + v * DT);
            let scene = Scene { t: (k + 1) as f64 * DT, ego, front: ego.s + EGO_FRONT_M, ..Scene::default() };
            plan.look(&table, &scene, &was, &mut w);
        }
        w.margin
    }

    fn demand(when: Trigger, keep: Keep, period: Period) -> Demand {
        Demand { of: None, when, keep, period }
    }

    #[test]
    fn always_is_the_smallest_margin_while_it_holds() {
        let slow = demand(Trigger::Time(0.25.into()), Keep::Slower(6.0.into()), Period::Always);
        assert_eq!(drive(&slow, &[9.0, 9.0, 5.0, 5.5]), 0.5);
        assert_eq!(drive(&slow, &[9.0, 9.0]), FAR_M);
        assert_eq!(drive(&slow, &[9.0, 9.0, 7.5]), -1.5);
    }

    /// It begins to hold in the first step, at 0 s: 0.2 s later, in the third, there is no time left.
    #[test]
    fn within_counts_the_time_until_it_is_met() {
        let stop = |t: f64| demand(Trigger::All(vec![]), Keep::Slower(1.0.into()), Period::Within(t.into()));
        assert!((drive(&stop(0.5), &[9.0, 9.0, 9.0]) - 0.3).abs() < 1e-12);
        assert!(drive(&stop(0.2), &[9.0, 9.0, 9.0]) <= 0.0);
        assert!((drive(&stop(0.2), &[9.0, 0.5, 9.0, 9.0, 9.0]) - 0.2).abs() < 1e-12);
    }

    #[test]
    fn totals_add_up_over_interruptions() {
        let moving = demand(Trigger::All(vec![]), Keep::Moving, Period::Total(0.35.into()));
        assert!((drive(&moving, &[0.0, 5.0, 0.0, 5.0, 0.0]) - 0.05).abs() < 1e-12);
        assert!(drive(&moving, &[0.0, 5.0, 0.0, 0.0, 0.0]) < 0.0);
    }

    /// The front starts at 3.7 m: the line at 4.2 m is passed in the second step of 3 m/s.
    #[test]
    fn a_stop_before_the_line_counts_only_near_it() {
        let line = |at: f64| demand(Trigger::All(vec![]), Keep::Stop(at.into(), 2.0.into()), Period::Always);
        assert_eq!(drive(&line(4.2), &[3.0, 3.0]), -3.001);
        assert!(drive(&line(4.2), &[1.0, 0.0, 3.0, 3.0]) > 0.0);
        assert_eq!(drive(&line(9.0), &[0.0, 30.0, 30.0]), -30.001);
    }
}

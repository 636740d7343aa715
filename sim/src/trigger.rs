//! Triggers: conditions on time, ego and actors, which end modes of agents and arm demands.
//!
//! They are evaluated world by world: they are trees of any shape, and few.

use crate::ego::{EGO_CENTRE_M, EGO_LENGTH_M, EGO_WIDTH_M, Ego};
use crate::geometry::{BoxPair, sweep, swept_distance};
use crate::template::DT;
use crate::value::Value;

/// The ego, where an actor is named by its index.
pub const EGO: u16 = u16::MAX;

/// A condition. `V` is a [`Value`] in a template, and the place of its bound number in a table while it is evaluated.
/// "Its place" is that of the actor that the trigger belongs to (the agent, or the one that a demand is about).
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger<V = Value> {
    /// The time of the scenario has come, s.
    Time(V),
    /// The mode, or what the demand is about, has lasted that long, s.
    After(V),
    /// The actor has moved that far in its mode, m.
    Moved(V),
    /// The actor has reached the place that its mode leads to.
    Arrived,
    /// The ego's front is nearer than this to its place, along the route, m.
    EgoGap(V),
    /// The ego's time to arrival at a place of the route is below this, s; the place is its own where none is named.
    EgoTta(V, Option<V>),
    /// The free distance from the ego's box to its box is below this, m.
    EgoDistance(V),
    /// The ego's rear has passed its place by this, m.
    EgoPassed(V),
    /// The ego's front has reached this place of the route, m.
    EgoAt(V),
    /// The ego is slower than this, m/s.
    EgoSlower(V),
    /// The ego is faster than this, m/s.
    EgoFaster(V),
    /// On their present courses the ego and it touch within this time, s.
    Ttc(V),
    /// The ego shows this lamp: 1 left, -1 right, 2 both.
    EgoLamp(i8),
    /// The ego sounds its horn.
    EgoHorn,
    /// The ego asks for remote help.
    EgoHelp,
    /// The agent of that index is in that mode, for at least that long, s.
    InMode(u16, u8, V),
    /// The actor of that index has set out, at least that long ago, s.
    Started(u16, V),
    /// The actor of that index is nearer to it than this (centre to centre), m.
    Near(u16, V),
    /// The actor of that index is slower than this, m/s.
    Slower(u16, V),
    /// The ego's observation holds the actor of that index.
    Seen(u16),
    /// The actor of that index, or the ego, is within a stretch of the route, m.
    Within(u16, V, V),
    /// The signal of that index is in that state: 0 green, 1 amber, 2 red.
    Signal(u16, u8),
    /// A value of the concrete scenario that is not zero.
    If(V),
    /// All of these hold.
    All(Vec<Trigger<V>>),
    /// One of these holds.
    Any(Vec<Trigger<V>>),
    /// This one does not hold.
    Not(Box<Trigger<V>>),
}

impl<V: Clone> Trigger<V> {
    /// The same tree over other values.
    pub fn map<U>(&self, f: &mut impl FnMut(&V) -> U) -> Trigger<U> {
        use Trigger::*;
        match self {
            Time(v) => Time(f(v)),
            After(v) => After(f(v)),
            Moved(v) => Moved(f(v)),
            Arrived => Arrived,
            EgoGap(v) => EgoGap(f(v)),
            EgoTta(v, at) => EgoTta(f(v), at.as_ref().map(&mut *f)),
            EgoDistance(v) => EgoDistance(f(v)),
            EgoPassed(v) => EgoPassed(f(v)),
            EgoAt(v) => EgoAt(f(v)),
            EgoSlower(v) => EgoSlower(f(v)),
            EgoFaster(v) => EgoFaster(f(v)),
            Ttc(v) => Ttc(f(v)),
            EgoLamp(side) => EgoLamp(*side),
            EgoHorn => EgoHorn,
            EgoHelp => EgoHelp,
            InMode(a, m, v) => InMode(*a, *m, f(v)),
            Started(a, v) => Started(*a, f(v)),
            Near(a, v) => Near(*a, f(v)),
            Slower(a, v) => Slower(*a, f(v)),
            Seen(a) => Seen(*a),
            Within(a, from, to) => Within(*a, f(from), f(to)),
            Signal(k, state) => Signal(*k, *state),
            If(v) => If(f(v)),
            All(list) => All(list.iter().map(|t| t.map(f)).collect()),
            Any(list) => Any(list.iter().map(|t| t.map(f)).collect()),
            Not(t) => Not(Box::new(t.map(f))),
        }
    }
}

/// What triggers and agents know of an actor.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Party {
    /// 1 where it exists.
    pub active: f64,
    /// Centre, m.
    pub x: f64,
    /// Centre, m.
    pub y: f64,
    /// Heading.
    pub cos: f64,
    /// Heading.
    pub sin: f64,
    /// Velocity, m/s.
    pub vx: f64,
    /// Velocity, m/s.
    pub vy: f64,
    /// Place along the ego's route, m.
    pub s: f64,
    /// To the left of it, m.
    pub d: f64,
    /// Half length, m.
    pub half_l: f64,
    /// Half width, m.
    pub half_w: f64,
    /// Time at which it set out, s; infinite before.
    pub started_s: f64,
    /// Its mode.
    pub mode: f64,
    /// Time at which that began, s.
    pub since_s: f64,
    /// 1 where the observation holds it.
    pub seen: f64,
}

/// A world as triggers and agents see it: as it stood before anything moved in this step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    /// Time, s.
    pub t: f64,
    pub ego: Ego,
    /// The ego's front and rear along the route, m.
    pub front: f64,
    pub rear: f64,
    /// What the ego shows and asks for: lamp, horn, help.
    pub lamp: f64,
    pub horn: f64,
    pub help: f64,
    pub parties: Vec<Party>,
    /// States of the signals.
    pub signals: Vec<u8>,
}

/// What a trigger is about: an actor, and how far its mode has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    pub party: Party,
    /// Time since the mode began, s.
    pub lasted_s: f64,
    /// Distance moved in it, m.
    pub moved_m: f64,
    /// 1 once its place is reached.
    pub arrived: f64,
}

impl Scene {
    /// Whether a trigger holds. `table` are the bound values.
    pub fn holds(&self, trigger: &Trigger<u16>, table: &[f64], me: &About) -> bool {
        let v = |k: &u16| table[*k as usize];
        let near = |limit: f64, at: f64| (at - self.front) / self.ego.v.max(0.1) < limit && at > self.rear;
        match trigger {
            Trigger::Time(t) => self.t >= v(t),
            Trigger::After(t) => me.lasted_s >= v(t),
            Trigger::Moved(m) => me.moved_m >= v(m),
            Trigger::Arrived => me.arrived != 0.0,
            Trigger::EgoGap(m) => me.party.s - self.front < v(m),
            Trigger::EgoTta(t, at) => near(v(t), at.as_ref().map_or(me.party.s, v)),
            Trigger::EgoDistance(m) => self.distance(&me.party) < v(m),
            Trigger::EgoPassed(m) => self.rear - me.party.s > v(m),
            Trigger::EgoAt(m) => self.front >= v(m),
            Trigger::EgoSlower(s) => self.ego.v < v(s),
            Trigger::EgoFaster(s) => self.ego.v > v(s),
            Trigger::Ttc(t) => self.time_to_collision(&me.party) < v(t),
            Trigger::EgoLamp(side) => self.lamp == f64::from(*side),
            Trigger::EgoHorn => self.horn != 0.0,
            Trigger::EgoHelp => self.help != 0.0,
            Trigger::InMode(a, mode, t) => {
                let p = &self.parties[*a as usize];
                p.active != 0.0 && p.mode == f64::from(*mode) && self.t >= p.since_s + v(t)
            }
            Trigger::Started(a, t) => self.t >= self.parties[*a as usize].started_s + v(t),
            Trigger::Near(a, m) => {
                let p = self.party(*a);
                let (dx, dy) = (p.x - me.party.x, p.y - me.party.y);
                p.active != 0.0 && (dx * dx + dy * dy).sqrt() < v(m)
            }
            Trigger::Slower(a, s) => {
                let p = self.party(*a);
                p.active != 0.0 && (p.vx * p.vx + p.vy * p.vy).sqrt() < v(s)
            }
            Trigger::Seen(a) => self.parties[*a as usize].seen != 0.0,
            Trigger::Within(a, from, to) => {
                let p = self.party(*a);
                let (low, high) = if *a == EGO { (self.rear, self.front) } else { (p.s, p.s) };
                p.active != 0.0 && high >= v(from) && low <= v(to)
            }
            Trigger::Signal(k, state) => self.signals.get(*k as usize) == Some(state),
            Trigger::If(x) => v(x) != 0.0,
            Trigger::All(list) => list.iter().all(|t| self.holds(t, table, me)),
            Trigger::Any(list) => list.iter().any(|t| self.holds(t, table, me)),
            Trigger::Not(t) => !self.holds(t, table, me),
        }
    }

    /// An actor, or the ego as one.
    pub fn party(&self, index: u16) -> Party {
        if index != EGO {
            return self.parties[index as usize];
        }
        let e = &self.ego;
        Party {
            active: 1.0,
            x: e.x + EGO_CENTRE_M * e.cos,
            y: e.y + EGO_CENTRE_M * e.sin,
            cos: e.cos,
            sin: e.sin,
            vx: e.v * e.cos,
            vy: e.v * e.sin,
            s: e.s + EGO_CENTRE_M * e.route_cos,
            d: e.d + EGO_CENTRE_M * e.route_sin,
            half_l: 0.5 * EGO_LENGTH_M,
            half_w: 0.5 * EGO_WIDTH_M,
            ..Party::default()
        }
    }

    /// The boxes of ego and actor, with their relative motion over one step.
    fn pair(&self, p: &Party) -> BoxPair {
        let (e, ego) = (self.ego, self.party(EGO));
        let (dx, dy) = (p.x - ego.x, p.y - ego.y);
        let (wx, wy) = ((p.vx - ego.vx) * DT, (p.vy - ego.vy) * DT);
        let turn = |x: f64, y: f64| (x * e.cos + y * e.sin, y * e.cos - x * e.sin);
        let ((x0, y0), (x1, y1)) = (turn(dx, dy), turn(dx + wx, dy + wy));
        let (cos, sin) = turn(p.cos, p.sin);
        BoxPair { a: 0.5 * EGO_LENGTH_M, b: 0.5 * EGO_WIDTH_M, c: p.half_l, d: p.half_w, cos, sin, x0, y0, x1, y1 }
    }

    /// Free distance of the boxes as they stand, m; infinite to what does not exist.
    pub fn distance(&self, p: &Party) -> f64 {
        let q = self.pair(p);
        let still = BoxPair { x1: q.x0, y1: q.y0, ..q };
        if p.active != 0.0 { swept_distance(&still, sweep(&still).hits()) } else { f64::INFINITY }
    }

    /// Time until the boxes touch at their present velocities, s; infinite where they do not.
    fn time_to_collision(&self, p: &Party) -> f64 {
        let t = sweep(&self.pair(p));
        let meets = p.active != 0.0 && t.enter <= t.leave && t.leave >= 0.0;
        if meets { t.enter.max(0.0) * DT } else { f64::INFINITY }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene() -> Scene {
        let ego = Ego { v: 10.0, cos: 1.0, route_cos: 1.0, ..Ego::default() };
        let box_at =
            |x: f64, y: f64| Party { active: 1.0, x, y, cos: 1.0, s: x, d: y, half_l: 1.0, half_w: 0.5, ..Party::default() };
        Scene { ego, front: 3.7, rear: -0.9, parties: vec![box_at(34.7, 0.0), box_at(34.7, 4.0)], ..Scene::default() }
    }

    fn about(party: Party) -> About {
        About { party, lasted_s: 2.0, moved_m: 0.0, arrived: 0.0 }
    }

    /// Ego's front at 3.7 m, the box's near side at 33.7 m: 30 m, 3 s at 10 m/s.
    #[test]
    fn times_and_distances_are_those_of_the_geometry() {
        let s = scene();
        assert!((s.distance(&s.parties[0]) - 30.0).abs() < 1e-12);
        assert!((s.time_to_collision(&s.parties[0]) - 3.0).abs() < 1e-9);
        assert_eq!(s.time_to_collision(&s.parties[1]), f64::INFINITY);
        assert_eq!(s.distance(&Party::default()), f64::INFINITY);
    }

    #[test]
    fn trees_of_triggers_hold_as_logic_says() {
        let s = scene();
        let me = about(s.parties[0]);
        let table = [31.5, 3.0, 2.0, 100.0];
        let holds = |t: &Trigger<u16>| s.holds(t, &table, &me);
        let (gap, far) = (Trigger::EgoGap(0), Trigger::EgoAt(3));
        assert!(holds(&gap) && !holds(&far) && holds(&Trigger::After(2)));
        // 31 m to its centre at 10 m/s are 3.1 s.
        assert!(!holds(&Trigger::EgoTta(1, None)) && holds(&Trigger::EgoTta(0, None)));
        assert!(holds(&Trigger::Not(Box::new(far.clone()))));
        assert!(!holds(&Trigger::All(vec![gap.clone(), far.clone()])) && holds(&Trigger::Any(vec![gap, far])));
        assert!(holds(&Trigger::All(vec![])) && !holds(&Trigger::Any(vec![])));
    }
}

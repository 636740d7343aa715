//! Policies that are no lanes: they get a batch of observations in one packed layout, and answer with a batch of actions.

use super::{BuiltIn, Memory, Track};
use crate::ego::Action;
use crate::layout::{ACTION_LAYOUT, EGO_LAYOUT, OBJECT_LAYOUT, PRIOR_LAYOUT};
use crate::observation::{EgoView, Object};
use crate::outcome::FaultKind;
use crate::template::MAX_ACTORS;
use std::any::Any;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;

/// Fields of the ego's row, in the order of [`EGO_LAYOUT`].
pub const EGO_FIELDS: usize = EGO_LAYOUT.len();
/// Fields of an object's row, in the order of [`OBJECT_LAYOUT`].
pub const OBJECT_FIELDS: usize = OBJECT_LAYOUT.len();
/// Fields of the row of priors, in the order of [`PRIOR_LAYOUT`].
pub const PRIOR_FIELDS: usize = PRIOR_LAYOUT.len();
/// Fields of an action, in the order of [`crate::ACTION_LAYOUT`].
pub const ACTION_FIELDS: usize = ACTION_LAYOUT.len();

/// Observations of `worlds` worlds, row-major, padded to [`MAX_ACTORS`] objects. Padding is zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObservationBatch {
    /// Number of worlds.
    pub worlds: usize,
    /// Session slot of each world: constant over a rollout, below the batch size.
    pub slots: Vec<u32>,
    /// Seed of each rollout, for policies that draw: the same whenever that rollout is driven, and nothing that is drawn of the world follows from it.
    pub seeds: Vec<u64>,
    /// `[worlds]`: 1 in the first step of a rollout.
    pub first: Vec<u8>,
    /// `[worlds, PRIOR_FIELDS]`: what is known of the hazard before anything is seen. The same in all rollouts of a scenario.
    pub priors: Vec<f32>,
    /// `[worlds, EGO_FIELDS]`.
    pub ego: Vec<f32>,
    /// `[worlds, MAX_ACTORS, OBJECT_FIELDS]`; objects by identity, oldest first.
    pub objects: Vec<f32>,
    /// `[worlds, MAX_ACTORS]`: 1 where a row holds an object.
    pub mask: Vec<u8>,
    /// `[worlds, MAX_ACTORS]`: identities, from 0 in the order of first appearance (nearest first) within a rollout.
    pub ids: Vec<u32>,
}

/// Actions of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActionBatch {
    /// `[worlds]`: acceleration, m/s^2.
    pub accel_mps2: Vec<f32>,
    /// `[worlds]`: curvature, 1/m, positive to the left.
    pub curvature: Vec<f32>,
    /// `[worlds]`: indicator: 1 left, -1 right, 2 both, 0 none.
    pub lamp: Vec<f32>,
    /// `[worlds]`: 1 while the horn sounds.
    pub horn: Vec<f32>,
    /// `[worlds]`: 1 while remote help is asked for.
    pub help: Vec<f32>,
    /// `[worlds]`: probability that the hazard holds, as the policy believes; NaN where it states none. It is recorded and scored, and
    /// moves nothing; beyond 0 to 1 it is a fault.
    pub belief: Vec<f32>,
}

impl ActionBatch {
    /// Answers for `worlds` worlds, all zero, without beliefs.
    pub fn zeros(worlds: usize) -> Self {
        let row = || vec![0.0; worlds];
        let belief = vec![f32::NAN; worlds];
        Self { accel_mps2: row(), curvature: row(), lamp: row(), horn: row(), help: row(), belief }
    }

    /// The answer for world `w`, in the order of [`crate::ACTION_LAYOUT`]. An answer that is missing is no number.
    pub fn row(&self, w: usize) -> [f32; ACTION_FIELDS] {
        self.rows().map(|row| row.get(w).copied().unwrap_or(f32::NAN))
    }

    /// Writes the answer for world `w`, in the order of [`crate::ACTION_LAYOUT`].
    pub fn set_row(&mut self, w: usize, answer: [f32; ACTION_FIELDS]) {
        let Self { accel_mps2, curvature, lamp, horn, help, belief } = self;
        for (row, value) in [accel_mps2, curvature, lamp, horn, help, belief].into_iter().zip(answer) {
            row[w] = value;
        }
    }

    /// All fields, in the order of [`crate::ACTION_LAYOUT`].
    pub fn rows(&self) -> [&[f32]; ACTION_FIELDS] {
        [&self.accel_mps2, &self.curvature, &self.lamp, &self.horn, &self.help, &self.belief]
    }

    /// All fields, in the order of [`crate::ACTION_LAYOUT`], to be filled.
    pub fn rows_mut(&mut self) -> [&mut [f32]; ACTION_FIELDS] {
        let Self { accel_mps2, curvature, lamp, horn, help, belief } = self;
        [accel_mps2, curvature, lamp, horn, help, belief]
    }
}

/// How a policy failed to answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {text}", kind.name())]
pub struct PolicyFault {
    /// Kind.
    pub kind: FaultKind,
    /// What is known of it, for people: a traceback, a message.
    pub text: String,
}

impl PolicyFault {
    /// A fault.
    pub fn new(kind: FaultKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// A session of a policy that answers a batch of worlds at once. It may remember; memory belongs to a session slot.
pub trait BatchPolicy: Send {
    /// A new rollout begins in this session slot: whatever was remembered of it is void.
    fn start(&mut self, slot: u32);

    /// Answers one step. `actions` comes with the right lengths, filled with zero.
    ///
    /// # Errors
    /// Where there is no answer. A panic is a fault too.
    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault>;

    /// Begins the session anew: everything remembered is void, of all slots, and what broke is mended if it can be.
    ///
    /// # Errors
    /// Where the policy cannot be had again.
    fn renew(&mut self) -> Result<(), PolicyFault> {
        Ok(())
    }
}

/// A policy that is not one of this crate: something that opens sessions. Threads have sessions of their own.
pub trait Sessions: Send + Sync + fmt::Debug {
    /// Opens one.
    ///
    /// # Errors
    /// Where the policy cannot be had.
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault>;
}

/// Who drives.
#[derive(Clone, Copy, Debug)]
pub enum Pilot<'a> {
    /// A built-in policy.
    BuiltIn(&'a BuiltIn),
    /// Another one.
    External(&'a dyn Sessions),
}

impl<'a> From<&'a BuiltIn> for Pilot<'a> {
    fn from(policy: &'a BuiltIn) -> Self {
        Pilot::BuiltIn(policy)
    }
}

thread_local! {
    static IN_CALL: Cell<bool> = const { Cell::new(false) };
}

/// True while this thread is inside a call of a policy: a panic is then the policy's, is caught, and is a result.
pub fn in_policy_call() -> bool {
    IN_CALL.with(Cell::get)
}

/// Runs something that belongs to a policy, so that a panic in it is the policy's ([`in_policy_call`]); it is not caught here.
pub fn as_policy_call<R>(f: impl FnOnce() -> R) -> R {
    IN_CALL.with(|c| c.set(true));
    let result = f();
    IN_CALL.with(|c| c.set(false));
    result
}

/// Runs a call of a policy; a panic is a fault.
pub(crate) fn guarded<R>(f: impl FnOnce() -> Result<R, PolicyFault>) -> Result<R, PolicyFault> {
    IN_CALL.with(|c| c.set(true));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
    IN_CALL.with(|c| c.set(false));
    result.unwrap_or_else(|panic| Err(PolicyFault::new(FaultKind::Panic, said(&*panic))))
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panicked").to_owned()
}

/// Where a world stands in a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub slot: u32,
    pub seed: u64,
    pub first: bool,
    pub priors: [f32; PRIOR_FIELDS],
}

impl ObservationBatch {
    /// Empties it, and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.worlds = 0;
        self.slots.clear();
        self.seeds.clear();
        self.first.clear();
        self.priors.clear();
        self.ego.clear();
        self.objects.clear();
        self.mask.clear();
        self.ids.clear();
    }

    /// Appends a world. `identities` holds the number of each actor slot, if it was ever seen, and is brought up to date.
    pub(crate) fn push(&mut self, seat: Place, ego: &EgoView, objects: &[Object], identities: &mut Vec<Option<u32>>) {
        identities.resize(objects.len(), None);
        let distance2 = |k: usize| objects[k].x_m * objects[k].x_m + objects[k].y_m * objects[k].y_m;
        let mut fresh: Vec<usize> = (0..objects.len()).filter(|k| objects[*k].seen != 0.0 && identities[*k].is_none()).collect();
        fresh.sort_by(|a, b| distance2(*a).total_cmp(&distance2(*b)));
        let known = identities.iter().flatten().count() as u32;
        for (k, id) in fresh.into_iter().zip(known..) {
            identities[k] = Some(id);
        }
        let mut order: Vec<(u32, usize)> =
            (0..objects.len()).filter(|k| objects[*k].seen != 0.0).filter_map(|k| identities[k].map(|id| (id, k))).collect();
        order.sort_unstable();
        self.worlds += 1;
        self.slots.push(seat.slot);
        self.seeds.push(seat.seed);
        self.first.push(u8::from(seat.first));
        self.priors.extend(seat.priors);
        self.ego.extend(ego.to_vec().iter().map(|v| *v as f32));
        for n in 0..MAX_ACTORS {
            let here = order.get(n);
            self.mask.push(u8::from(here.is_some()));
            self.ids.push(here.map_or(0, |(id, _)| *id));
            match here {
                Some((_, k)) => self.objects.extend(objects[*k].to_vec()[1..].iter().map(|v| *v as f32)),
                None => self.objects.extend([0.0f32; OBJECT_FIELDS]),
            }
        }
    }

    /// Some of the worlds, in that order.
    pub fn select(&self, worlds: &[usize]) -> Self {
        let mut some = Self { worlds: worlds.len(), ..Self::default() };
        for w in worlds {
            some.slots.push(self.slots[*w]);
            some.seeds.push(self.seeds[*w]);
            some.first.push(self.first[*w]);
            some.priors.extend_from_slice(&self.priors[w * PRIOR_FIELDS..(w + 1) * PRIOR_FIELDS]);
            some.ego.extend_from_slice(&self.ego[w * EGO_FIELDS..(w + 1) * EGO_FIELDS]);
            let rows = w * MAX_ACTORS..(w + 1) * MAX_ACTORS;
            some.objects.extend_from_slice(&self.objects[rows.start * OBJECT_FIELDS..rows.end * OBJECT_FIELDS]);
            some.mask.extend_from_slice(&self.mask[rows.clone()]);
            some.ids.extend_from_slice(&self.ids[rows]);
        }
        some
    }

    /// Share of the rollouts driven that hold the hazard; `None` where none is marked.
    pub fn base_rate(&self, w: usize) -> Option<f32> {
        self.priors.get(w * PRIOR_FIELDS).copied().filter(|rate| *rate >= 0.0)
    }

    /// The ego's row of world `w`.
    pub fn ego_view(&self, w: usize) -> EgoView {
        let row: Vec<f64> = self.ego[w * EGO_FIELDS..(w + 1) * EGO_FIELDS].iter().map(|v| f64::from(*v)).collect();
        EgoView::from_slice(&row)
    }

    /// The objects of world `w`, each with its identity.
    pub fn objects_of(&self, w: usize) -> Vec<(u32, Object)> {
        let mut out = Vec::new();
        for n in 0..MAX_ACTORS {
            let at = w * MAX_ACTORS + n;
            if self.mask[at] != 0 {
                let mut row = vec![1.0];
                row.extend(self.objects[at * OBJECT_FIELDS..(at + 1) * OBJECT_FIELDS].iter().map(|v| f64::from(*v)));
                out.push((self.ids[at], Object::from_slice(&row)));
            }
        }
        out
    }
}

/// A built-in policy behind the packed layout: what `panic` runs as, and how tests show that the layout says all that the
/// lanes are told.
#[derive(Clone, Debug)]
pub struct Packed {
    policy: BuiltIn,
    sessions: HashMap<u32, (Memory, HashMap<u32, Track>)>,
}

impl Packed {
    /// The policy behind the packed layout.
    pub fn new(policy: BuiltIn) -> Self {
        Self { policy, sessions: HashMap::new() }
    }
}

impl BatchPolicy for Packed {
    fn start(&mut self, slot: u32) {
        self.sessions.remove(&slot);
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        for w in 0..observations.worlds {
            let (memory, tracks) = self.sessions.entry(observations.slots[w]).or_default();
            let seen = observations.objects_of(w);
            let next = seen.iter().map(|(id, _)| id + 1).chain(tracks.keys().map(|id| id + 1)).max().unwrap_or(0);
            // Identities in order; those not seen now go on in memory.
            let mut objects: Vec<(Object, Track)> = (0..next)
                .map(|id| {
                    let object = seen.iter().find(|(n, _)| *n == id).map(|(_, o)| *o).unwrap_or_default();
                    (object, tracks.get(&id).copied().unwrap_or_default())
                })
                .collect();
            let action = self.policy.act(&observations.ego_view(w), &mut objects, memory);
            if self.policy.kind == super::Kind::Panic && memory.clock > self.policy.p[0] {
                panic!("the policy `panic` panics at its step {}", self.policy.p[0]);
            }
            for (id, (_, track)) in objects.into_iter().enumerate() {
                tracks.insert(id as u32, track);
            }
            let belief = self.policy.stated(memory.evidence, observations.base_rate(w));
            let Action { accel, curvature, lamp, horn, help } = action;
            actions.set_row(w, [accel, curvature, lamp, horn, help, belief].map(|v| v as f32));
        }
        Ok(())
    }
}

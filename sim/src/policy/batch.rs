//! Policies that are no lanes: they get a batch of observations in one packed layout, and answer with a batch of actions.

use super::{BuiltIn, Memory, Track};
use crate::observation::{EgoView, Object};
use crate::template::MAX_ACTORS;
use std::cell::Cell;
use std::collections::HashMap;

/// Fields of the ego's row, in the order of [`EgoView::FIELDS`].
pub const EGO_FIELDS: usize = 25;
/// Fields of an object's row, in the order of [`Object::FIELDS`] without the first (`seen`), which is the mask.
pub const OBJECT_FIELDS: usize = 26;

/// Observations of `worlds` worlds, row-major, padded to [`MAX_ACTORS`] objects. Padding is zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObservationBatch {
    /// Number of worlds.
    pub worlds: usize,
    /// Session slot of each world: constant over a rollout, below the batch size.
    pub slots: Vec<u32>,
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
}

impl ActionBatch {
    /// Answers for `worlds` worlds, all zero.
    pub fn zeros(worlds: usize) -> Self {
        let row = || vec![0.0; worlds];
        Self { accel_mps2: row(), curvature: row(), lamp: row(), horn: row(), help: row() }
    }
}

/// A policy that answers a batch of worlds at once. It may remember; memory belongs to a session slot.
pub trait BatchPolicy: Send {
    /// A new rollout begins in this session slot: whatever was remembered of it is void.
    fn start(&mut self, slot: u32);
    /// Answers one step. `actions` comes with the right lengths, filled with zero.
    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch);
}

thread_local! {
    static IN_CALL: Cell<bool> = const { Cell::new(false) };
}

/// True while this thread is inside a call of a policy: a panic is then the policy's, is caught, and is a result.
pub fn in_policy_call() -> bool {
    IN_CALL.with(Cell::get)
}

/// Runs a call of a policy; `None` where it panicked.
pub(crate) fn guarded<R>(f: impl FnOnce() -> R) -> Option<R> {
    IN_CALL.with(|c| c.set(true));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
    IN_CALL.with(|c| c.set(false));
    result.ok()
}

impl ObservationBatch {
    /// Appends a world. `identities` holds the number of each actor slot, if it was ever seen, and is brought up to date.
    pub(crate) fn push(&mut self, slot: u32, ego: &EgoView, objects: &[Object], identities: &mut Vec<Option<u32>>) {
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
        self.slots.push(slot);
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

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) {
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
            let rows = [
                (&mut actions.accel_mps2, action.accel),
                (&mut actions.curvature, action.curvature),
                (&mut actions.lamp, action.lamp),
                (&mut actions.horn, action.horn),
                (&mut actions.help, action.help),
            ];
            rows.into_iter().for_each(|(row, v)| row[w] = v as f32);
        }
    }
}

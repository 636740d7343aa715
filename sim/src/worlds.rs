//! Worlds of one scenario that are stepped from outside, one step at a time: what training environments need.

use crate::outcome::Outcome;
use crate::policy::batch::{ActionBatch, ObservationBatch};
use crate::prepare::{Draws, Sampling};
use crate::seat::Seat;
use crate::template::Template;
use self_cell::self_cell;
use std::fmt;
use std::sync::Arc;

/// Worlds of one scenario, a slot each, in which rollouts begin and end by themselves.
///
/// A rollout that is stepped here is the one of the same index that [`crate::drive`] drives under the same seed and sampling: equal
/// answers give equal bits.
///
/// ```
/// use nines_sim::{ActionBatch, Sampling, Worlds, testing::child_at_kerb};
///
/// let mut worlds = Worlds::new(child_at_kerb(0.0).into(), 7, Sampling::Stratified, 2);
/// worlds.reset(0, 0);
/// worlds.reset(1, 1);
/// let ended = loop {
///     assert_eq!(worlds.observe().slots, [0, 1]);
///     let ended = worlds.step(&ActionBatch::zeros(2));
///     if !ended.is_empty() {
///         break ended;
///     }
/// };
/// let (slot, outcome) = &ended[0];
/// assert_eq!(outcome.rollout, u64::from(*slot));
/// ```
pub struct Worlds {
    held: Held,
    /// What the slots were last told; void while `stale`.
    observations: ObservationBatch,
    stale: bool,
}

/// Where worlds come from.
struct Origin {
    template: Arc<Template>,
    draws: Draws<'static>,
}

/// A slot that holds a world.
struct Chair<'a> {
    seat: Seat<'a>,
    /// Whether it has sensed since its last step: noise is drawn once a step.
    sensed: bool,
}

type Slots<'a> = Vec<Option<Chair<'a>>>;

self_cell!(
    struct Held {
        owner: Origin,
        #[not_covariant]
        dependent: Slots,
    }
);

impl Chair<'_> {
    fn sense(&mut self) {
        if !self.sensed {
            self.seat.block.sense();
            self.sensed = true;
        }
    }
}

impl Worlds {
    /// Slots without a world yet. `seed` below 2^53 and `sampling` as of a campaign.
    pub fn new(template: Arc<Template>, seed: u64, sampling: Sampling, slots: u32) -> Self {
        let draws = Draws::new(&template, seed, sampling, None);
        let held = Held::new(Origin { template, draws }, |_| (0..slots).map(|_| None).collect());
        Self { held, observations: ObservationBatch::default(), stale: true }
    }

    /// The scenario.
    pub fn template(&self) -> &Template {
        &self.held.borrow_owner().template
    }

    /// Number of slots.
    pub fn slots(&self) -> usize {
        self.held.with_dependent(|_, slots| slots.len())
    }

    /// Begins a rollout in a slot; the world that was there is gone.
    ///
    /// # Panics
    /// Where there is no such slot.
    pub fn reset(&mut self, slot: u32, rollout: u64) {
        self.stale = true;
        self.held.with_dependent_mut(|origin, slots| {
            let seat = Seat::new(&origin.template, &origin.draws, rollout, slot);
            slots[slot as usize] = Some(Chair { seat, sensed: false });
        });
    }

    /// What the worlds are told in this step: a row for each slot that holds one, ascending. A world that has ended is told what it
    /// senses at its end until the slot is reset.
    pub fn observe(&mut self) -> &ObservationBatch {
        if self.stale {
            let mut observations = ObservationBatch::default();
            self.held.with_dependent_mut(|_, slots| {
                for held in slots.iter_mut().flatten() {
                    held.sense();
                    held.seat.tell(&mut observations);
                }
            });
            (self.observations, self.stale) = (observations, false);
        }
        &self.observations
    }

    /// The same, given away: the next look makes them anew.
    pub fn take_observations(&mut self) -> ObservationBatch {
        self.observe();
        self.stale = true;
        std::mem::take(&mut self.observations)
    }

    /// Number of slots that hold a world.
    pub fn held(&self) -> usize {
        self.held.with_dependent(|_, slots| slots.iter().flatten().count())
    }

    /// Drives every world a step on: row `w` of the actions is for row `w` of [`Worlds::observe`]. An answer that is missing is no
    /// number, and so a fault; that for a world that has ended is not used. Gives the slots whose worlds ended in this step, with what
    /// they leave behind.
    pub fn step(&mut self, actions: &ActionBatch) -> Vec<(u32, Outcome)> {
        self.stale = true;
        self.held.with_dependent_mut(|_, slots| {
            let mut ended = Vec::new();
            for (w, held) in slots.iter_mut().flatten().enumerate() {
                if held.seat.has_ended() {
                    continue;
                }
                // Nobody has to look before acting.
                held.sense();
                held.seat.take(actions, w);
                held.seat.block.advance();
                held.sensed = false;
                if held.seat.has_ended() {
                    ended.push((held.seat.slot, held.seat.block.unload(0)));
                }
            }
            ended
        })
    }

    /// The outcome of the world in a slot as if it ended now: margins, distance and caution so far. `None` where the slot holds none.
    pub fn so_far(&self, slot: u32) -> Option<Outcome> {
        self.held.with_dependent(|_, slots| {
            let held = slots.get(slot as usize)?.as_ref()?;
            Some(held.seat.block.unload(0))
        })
    }

    /// Distance along the route at which the world in a slot has passed its end place, m. `None` where the slot holds none.
    pub fn end_m(&self, slot: u32) -> Option<f64> {
        self.held.with_dependent(|_, slots| Some(slots.get(slot as usize)?.as_ref()?.seat.block.end_m(0)))
    }
}

impl fmt::Debug for Worlds {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Worlds({}, {} slots)", self.template().name, self.slots())
    }
}

//! What all wrappers have in common: sessions around sessions, and memories of the worlds in them.

use nines_sim::{ActionBatch, BatchPolicy, ObservationBatch, PolicyFault, Sessions};
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

/// What a wrapper does in a step, with what it remembers of each world.
pub(super) trait Around<const N: usize>: Debug + Send + Sync {
    /// Of a world, from the first step of its rollout on.
    type Memory: Default + Send + Debug;

    /// Answers one step by asking those inside.
    fn act(
        &self,
        inside: &mut [Box<dyn BatchPolicy + '_>; N],
        memories: &mut Memories<Self::Memory>,
        observations: &ObservationBatch,
        actions: &mut ActionBatch,
    ) -> Result<(), PolicyFault>;
}

/// A wrapper around `N` policies.
#[derive(Debug)]
pub(super) struct Wrapped<A, const N: usize> {
    around: A,
    inside: [Arc<dyn Sessions>; N],
}

impl<A, const N: usize> Wrapped<A, N> {
    pub fn new(around: A, inside: [Arc<dyn Sessions>; N]) -> Self {
        Self { around, inside }
    }
}

impl<A: Around<N>, const N: usize> Sessions for Wrapped<A, N> {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        let inside: Vec<_> = self.inside.iter().map(|one| one.open()).collect::<Result<_, _>>()?;
        let Ok(inside) = inside.try_into() else { unreachable!("as many sessions as policies") };
        Ok(Box::new(Session { around: &self.around, inside, memories: Memories(HashMap::new()) }))
    }
}

struct Session<'a, A: Around<N>, const N: usize> {
    around: &'a A,
    inside: [Box<dyn BatchPolicy + 'a>; N],
    memories: Memories<A::Memory>,
}

impl<A: Around<N>, const N: usize> BatchPolicy for Session<'_, A, N> {
    fn start(&mut self, slot: u32) {
        self.memories.0.remove(&slot);
        self.inside.iter_mut().for_each(|one| one.start(slot));
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        self.around.act(&mut self.inside, &mut self.memories, observations, actions)
    }

    fn renew(&mut self) -> Result<(), PolicyFault> {
        self.memories.0.clear();
        self.inside.iter_mut().try_for_each(|one| one.renew())
    }
}

/// What a wrapper remembers of the worlds of a session, by slot.
#[derive(Debug)]
pub(super) struct Memories<T>(HashMap<u32, T>);

impl<T: Default> Memories<T> {
    pub fn of(&mut self, slot: u32) -> &mut T {
        self.0.entry(slot).or_default()
    }
}

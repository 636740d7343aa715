//! The world of nines: roads, actors, perception, policies, criteria, and the engine that drives rollouts.
//!
//! A [`Template`] (a logical scenario, compiled) is bound by the index of a rollout into a world, which is stepped in closed
//! loop with a policy until an [`Outcome`]. A rollout is a pure function of template, policy, seed and index.

// Lane loops index arrays of equal constant length, which is what turns them into vectors; parts of a step take what they
// read as separate arguments.
#![allow(clippy::needless_range_loop, clippy::too_many_arguments)]
// Tests compare with the standard library's functions.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod actors;
mod batched;
mod block;
mod coordinates;
mod copula;
mod demand;
mod dist;
mod ego;
mod engine;
pub mod geometry;
pub mod hindsight;
mod judge;
mod lanes;
mod layout;
mod observation;
mod outcome;
mod policy;
mod prepare;
pub mod random;
mod recorder;
mod road;
mod seat;
mod sense;
mod table;
mod template;
pub mod testing;
mod trace;
mod trigger;
mod value;
mod worlds;

pub use nines_numerics::math;

pub use actors::*;
pub use batched::{FaultNote, drive_batch, drive_each_alone, drive_traced, drive_traced_by};
pub use block::{ACTION_RANGE, HORIZON_SLACK_S};
pub use copula::Copula;
pub use demand::{Demand, Keep, Period};
pub use dist::*;
pub use ego::*;
pub use engine::*;
pub use judge::{FAR_M, HARSH_MPS2, HARSH_TTC_S, TTC_HORIZON_S, fatality_risk};
pub use layout::*;
pub use observation::*;
pub use outcome::*;
pub use policy::*;
pub use prepare::{Chosen, Concrete, Sampling};
pub use road::*;
pub use sense::{CONFUSION_FULL_M, SIZE_ERROR};
pub use table::{REACH, Table};
pub use template::*;
pub use trace::*;
pub use trigger::{EGO, Trigger};
pub use value::*;
pub use worlds::Worlds;

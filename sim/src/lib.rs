//! The world of nines: roads, actors, perception, policies, criteria, and the engine that drives rollouts.
//!
//! A [`Template`] (a logical scenario, compiled) is bound by the index of a rollout into a world, which is stepped in closed
//! loop with a policy until an [`Outcome`]. A rollout is a pure function of template, policy, seed and index.

mod actors;
mod engine;
mod lanes;
pub mod math;
mod observation;
mod outcome;
mod policy;
pub mod random;
mod road;
mod template;
mod trace;
mod value;

pub use actors::*;
pub use engine::*;
pub use observation::*;
pub use outcome::*;
pub use policy::*;
pub use road::*;
pub use template::*;
pub use trace::*;
pub use value::*;

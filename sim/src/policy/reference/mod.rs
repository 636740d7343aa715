//! Reference drivers: the drivers and rules that others have published as a yardstick, as pure functions and as policies.
//!
//! A rule ([`Cc`], [`Fsm`], [`Rss`], [`Reg157`]) looks at a [`Pair`] and says whether there is danger, and what deceleration it
//! asks for; a [`Reaction`] turns that into brakes. The policies of the same names drive by these functions, and
//! `sim/tests/drivers.rs` holds them against the published verdicts. What each does, and what is our choice: `docs/drivers.md`.

mod cc;
mod fsm;
mod pair;
mod reg157;
mod rss;

pub use crate::actors::idm;
pub use cc::Cc;
pub use fsm::Fsm;
pub use pair::{Braking, Pair, Reaction};
pub use reg157::Reg157;
pub use rss::Rss;

//! nines: which nine a driving policy has reached, how sure that is, and what stands in the way.
//!
//! - [`bank`]: failures kept as cases, to be driven again.
//! - [`calibrate`]: natural priors from crash statistics and a human reference driver.
//! - [`campaign`]: one policy against a set of scenarios: what was asked, driving it, and the summary that follows.
//! - [`march`]: the campaigns of a policy's versions, and what each nine has cost.
//! - [`policy`]: the policy under test, from whatever it is written in.
//! - [`store`]: files that appear whole or not at all, checksums, Parquet tables.
//! - [`trial`]: what shows of a scenario once it is driven, for its author.
//! - [`cli`]: the command line; the only part that prints.

pub mod bank;
pub mod calibrate;
pub mod campaign;
pub mod cli;
pub mod march;
pub mod policy;
pub mod store;
pub mod trial;

//! Studies: limit states with known failure probabilities, and what the estimators make of them; campaigns that are killed and damaged.

pub mod problems;
pub mod reliability;
pub mod repeats;

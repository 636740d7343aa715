//! Statistical studies: limit states with known failure probabilities, and what the estimators make of them.

pub mod problems;
pub mod repeats;

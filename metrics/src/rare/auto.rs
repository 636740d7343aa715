//! The automatic method: searches, and falls back on what assumes less.

use super::meter::{LimitState, Meter, Tell};
use super::plain::{needed, plain};
use super::search::{Search, search};
use super::splitting::split;
use super::{Answer, Estimator, Request};

/// Chooses by what it finds: plain sampling where failures are frequent or the budget is short; the cross-entropy search; where
/// that stalls, because failures lie in too many regions for a fitted mixture, subset simulation; and where that reaches no
/// failure, plain sampling, which then at least bounds the probability from above.
#[derive(Clone, Copy, Debug, Default)]
pub struct Auto;

/// Plain points where nothing leads to a failure.
const LAST_RESORT: usize = 20_000;

impl Estimator for Auto {
    fn name(&self) -> &'static str {
        "auto"
    }

    fn estimate(&self, state: &mut dyn LimitState, request: &Request, tell: &mut Tell<'_>) -> Answer {
        let mut meter = Meter::new(state, request.budget, tell);
        match search(&mut meter, request) {
            Search::Found(answer) => return answer,
            Search::Frequent(probability) => return plain(&mut meter, request, needed(probability, request.target)),
            Search::Short => return plain(&mut meter, request, usize::MAX),
            Search::Stalled => {}
        }
        match split(&mut meter, request) {
            Ok(answer) => answer,
            Err(_) => plain(&mut meter, request, LAST_RESORT),
        }
    }
}

//! The automatic method: searches, and falls back on what assumes less.

use super::draws::Draws;
use super::meter::{LimitState, Meter, Tell};
use super::plain::{needed, plain};
use super::search::{Search, search};
use super::splitting::split;
use super::{Answer, Estimator, Request};

/// Chooses by what it finds: plain sampling where failures are frequent or the budget is short; the cross-entropy search; where
/// that stalls, because failures lie in too many regions for a fitted mixture, plain sampling again if a pilot finds them frequent enough, else subset simulation; and where that reaches no
/// failure, plain sampling, which then at least bounds the probability from above.
#[derive(Clone, Copy, Debug, Default)]
pub struct Auto;

/// Below it the runs of subset simulation cost less than as many plain points as tell as much.
const FREQUENT: f64 = 1.0 / 400.0;
/// Plain points that are asked whether failures are more frequent than that, and failures among them that say so.
const PILOT: usize = 2_000;
const LEAST_FAILURES: f64 = 5.0;

/// How many plain points are enough, where they are cheaper than what comes next. A search that stalls on failures which are not rare met
/// more noise than structure.
fn plain_is_cheaper(meter: &mut Meter<'_>, request: &Request, about: f64) -> Option<usize> {
    if about < 0.4 * FREQUENT || meter.left() < PILOT {
        return None;
    }
    meter.stage("pilot");
    let points = Draws::new(request.seed, 3).points(meter.dim(), 0, PILOT);
    let failures = meter.margins(&points).iter().filter(|g| **g <= 0.0).count() as f64;
    (failures >= LEAST_FAILURES).then(|| needed(failures / PILOT as f64, request.target))
}

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
            Search::Stalled(about) => {
                if let Some(enough) = plain_is_cheaper(&mut meter, request, about) {
                    return plain(&mut meter, request, enough);
                }
            }
        }
        match split(&mut meter, request) {
            Ok(answer) => answer,
            Err(_) => plain(&mut meter, request, LAST_RESORT),
        }
    }
}

//! The automatic method: searches, and falls back on what assumes less.

use super::draws::Draws;
use super::heritability::heritability;
use super::meter::{LimitState, Meter, Tell};
use super::plain::{needed, plain};
use super::pool::Pool;
use super::search::{Search, search};
use super::splitting::split;
use super::{Answer, Estimator, Request};

/// Chooses by what it finds: plain sampling where failures are frequent or the budget is short; the cross-entropy search; where
/// that stalls, because failures lie in too many regions for a fitted mixture, or would, because they are a matter of hidden noise and not
/// of the inputs, plain sampling again if a pilot finds them frequent enough, else subset simulation; and where that reaches no
/// failure, plain sampling, which then at least bounds the probability from above.
#[derive(Clone, Copy, Debug, Default)]
pub struct Auto;

/// Below it the runs of subset simulation cost less than as many plain points as tell as much.
const FREQUENT: f64 = 1.0 / 400.0;
/// Plain points that are asked whether failures are more frequent than that, and failures among them that say so.
const PILOT: usize = 2_000;
const LEAST_FAILURES: f64 = 5.0;
/// Share of a small margin that has to come back with the same inputs, or following the inputs leads nowhere.
const LEAST_INHERITED: f64 = 0.25;

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
        let mut inherited = None;
        let mut answer = choose(&mut meter, request, &mut inherited);
        answer.detail.heritability = inherited;
        answer
    }
}

fn choose(meter: &mut Meter<'_>, request: &Request, inherited: &mut Option<f64>) -> Answer {
    let hopeless = |meter: &mut Meter<'_>, pool: &Pool| {
        *inherited = if meter.is_noisy() { heritability(meter, pool) } else { None };
        inherited.is_some_and(|share| share < LEAST_INHERITED)
    };
    match search(meter, request, hopeless) {
        Search::Found(answer) => return answer,
        Search::Frequent(probability) => return plain(meter, request, needed(probability, request.target)),
        Search::Short => return plain(meter, request, usize::MAX),
        Search::Stalled(about) => {
            if let Some(enough) = plain_is_cheaper(meter, request, about) {
                return plain(meter, request, enough);
            }
        }
    }
    match split(meter, request) {
        Ok(answer) => answer,
        Err(_) => plain(meter, request, LAST_RESORT),
    }
}

//! A policy that a person watches for a share of the time.
//!
//! Time is cut into periods; each is watched with the given probability. While it is watched, and the person would brake harder than the
//! policy by more than `disagrees_mps2`, or the policy asks for help, the person takes over `response_s` later, unless it was nothing, and
//! drives for `holds_s` at least. The person is a built-in policy of its own, which sees what the policy sees.

use super::{Around, Memories, asked, drawn, steps};
use nines_sim::{ActionBatch, BatchPolicy, ObservationBatch, PolicyFault, Setting};

/// Who watches unless said otherwise.
pub(super) const SUPERVISOR: &str = "nieon";

pub(super) const SETTINGS: &[Setting] = &[
    Setting { name: "share", default: 0.5, min: 0.0, max: 1.0, about: "share of the time that is watched" },
    Setting {
        name: "response_s",
        default: 2.0,
        min: 0.0,
        max: 60.0,
        about: "from the danger, or the request for help, to the takeover, s",
    },
    Setting { name: "period_s", default: 20.0, min: 1.0, max: 3600.0, about: "length of a period, watched as a whole or not, s" },
    Setting { name: "disagrees_mps2", default: 1.5, min: 0.0, max: 20.0, about: "how much harder the person would brake, m/s^2" },
    Setting { name: "holds_s", default: 4.0, min: 0.1, max: 600.0, about: "shortest time for which the person drives, s" },
];

#[derive(Debug)]
pub(super) struct RemoteHelp {
    share: f64,
    response: u64,
    period: u64,
    disagrees: f32,
    holds: u64,
}

impl RemoteHelp {
    pub fn new(values: &[f64]) -> Self {
        let [share, response_s, period_s, disagrees, holds_s] = [0, 1, 2, 3, 4].map(|k| values[k]);
        let (response, period, holds) = (steps(response_s), steps(period_s).max(1), steps(holds_s).max(1));
        Self { share, response, period, disagrees: disagrees as f32, holds }
    }
}

#[derive(Debug, Default)]
pub(super) struct Memory {
    step: u64,
    /// Steps for which the person has seen a reason to take over.
    alarmed: u64,
    /// Steps for which the person still drives.
    driving: u64,
}

impl Around<2> for RemoteHelp {
    type Memory = Memory;

    fn act(
        &self,
        [inside, person]: &mut [Box<dyn BatchPolicy + '_>; 2],
        memories: &mut Memories<Memory>,
        observations: &ObservationBatch,
        actions: &mut ActionBatch,
    ) -> Result<(), PolicyFault> {
        let own = asked(&mut **inside, observations)?;
        let wished = asked(&mut **person, observations)?;
        for w in 0..observations.worlds {
            let m = memories.of(observations.slots[w]);
            let watched = drawn("remote-help", observations.seeds[w], m.step / self.period) < self.share;
            let asks = own.help[w] > 0.5 || wished.accel_mps2[w] < own.accel_mps2[w] - self.disagrees;
            m.step += 1;
            m.alarmed = if watched && asks { m.alarmed + 1 } else { 0 };
            if m.alarmed > self.response {
                m.driving = self.holds;
            }
            let taken_over = m.driving > 0;
            m.driving = m.driving.saturating_sub(1);
            actions.set_row(w, if taken_over { wished.row(w) } else { own.row(w) });
        }
        Ok(())
    }
}

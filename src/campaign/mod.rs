//! Campaigns: one policy against a set of scenarios, and everything that it produced.
//!
//! A [`Request`] is driven by [`run`] scenario by scenario. Threads drive chunks ([`drive_scenario`]); a [`State`] takes them in
//! by index: a [`Tally`] each, merged in a [`Ledger`], and the rows that the [`Keeper`] keeps. The [`summarise`]d ledger is the
//! result; [`open`] reads a campaign back.

mod again;
mod beliefs;
mod beside;
mod codec;
mod compare;
mod convergence;
mod coordinator;
mod decision;
mod event;
mod extend;
mod folder;
mod hindsight;
mod judge;
mod judge_odd;
mod keep;
mod ledger;
mod log;
mod memory;
mod merge;
mod merge_rows;
mod modes;
mod next_nine;
mod odd;
mod odd_summary;
mod order;
mod overlay;
mod pace;
mod paired;
mod pictures;
mod provenance;
mod record;
mod replay;
mod request;
mod rounds;
mod run;
mod sample;
mod scenario;
mod search;
mod select;
mod shard;
mod space;
mod state;
mod summary;
mod tally;
#[cfg(test)]
pub(crate) mod testing;
mod verify;
mod verify_ledger;
mod views;
mod why;

pub(crate) use again::{odd_words, policy_word, scenario_words};
pub use beliefs::{BELIEFS, Believed, MOST_BELIEFS, belief_name};
pub use beside::Beside;
pub(crate) use beside::{bounded, file_text};
pub use compare::{CompareError, compare};
pub use coordinator::{Task, drive_scenario};
pub use decision::Decision;
pub use event::{Counts, Event};
pub use folder::{Campaign, CampaignError, campaign_around, open};
pub use hindsight::{Analyst, HINDSIGHT, Lost, MOST_HINDSIGHT};
pub use judge::{Demanded, Judgement, OddUnit, Question, judge};
pub use keep::{Because, FAILURES_KEPT, Keeper, Kept, LEAST_KEEP, NEAREST_KEPT, Near, in_sample, may_be_kept};
pub use ledger::{CHUNK, Ledger, PART};
pub use log::Log;
pub use memory::Holds;
pub use merge::{Merged, merge};
pub use odd::{Odd, OddError, profile, select_in_odds};
pub use order::{Means, Order, OrderError};
pub use overlay::{Overlaid, overlay};
pub use pace::Pace;
pub use provenance::Provenance;
pub use record::{
    CAMPAIGN_SCHEMA, Record, RecordedOdd, RecordedScenario, RecordedShare, SearchSettings, VERSION, derived_seed, policy_summary,
    pretty,
};
pub use replay::{Address, Difference, ReplayError, Replayed, Which, replay};
pub use request::{Method, Plan, Request, default_rollouts};
pub use run::{Finished, run};
pub use sample::Groups;
pub use scenario::{Scenario, StratumFacts};
pub use search::{FinalSample, Found, Search, SharedChosen, SharedSample};
pub use select::{Chosen, SelectError, is_of_catalogue, nearest, read_recorded, select, sources};
pub use shard::Shard;
pub use space::{LimitState, Space};
pub use state::{NEAREST_FILE, Places, State, part_file};
pub use summary::{Part, SummaryError, summarise};
pub use tally::{BIN_WIDTH, Bin, CauseTally, FaultTally, StratumTally, Tally};
pub use verify::{Verified, verify};
pub use views::{junit, quoted, write_views};
pub use why::{PointChange, hindsight_differences, hindsight_of, scored_belief, smallest_change_of};

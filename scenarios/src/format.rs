//! A logical scenario: a scenario file, read and checked.

use crate::actor::{ActorKind, ActorSpec};
use crate::correlation::Correlation;
use crate::demand::DemandSpec;
use crate::distribution::Distribution;
use crate::estimate::Estimate;
use crate::expression::Expression;
use crate::latent::LatentVariable;
use crate::sections::ZoneForm;
use crate::settings::Settings;
use crate::strata::{StratumInfo, hazard_prior, strata};
use crate::street::Street;
use crate::variant::Share;
use nines_sim::{Criterion, Template};
use std::ops::Deref;

/// First line of a scenario file.
pub const SCHEMA: &str = "nines.scenario/1";

/// A scenario that was read, checked and compiled. Its parts can be read, but not be changed behind the compiled form.
#[derive(Clone, Debug)]
pub struct LogicalScenario {
    pub(crate) parts: Scenario,
    pub(crate) template: Template,
    pub(crate) share: Option<FileShare>,
}

/// A scenario's share of the exposure of its file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileShare {
    /// Name of the file's base.
    pub base: String,
    /// Of the exposure of the base and the variants together.
    pub of: f64,
}

/// Equal scenarios say the same of an encounter and its exposure, whatever file that comes from.
impl PartialEq for LogicalScenario {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts && self.template == other.template
    }
}

impl Deref for LogicalScenario {
    type Target = Scenario;

    fn deref(&self) -> &Scenario {
        &self.parts
    }
}

/// Everything that a scenario file says, with every default filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Name, unique in a campaign.
    pub name: String,
    /// What happens, in a few words.
    pub title: String,
    /// What happens, what is left out, and what is assumed.
    pub description: String,
    /// Group of the catalogue.
    pub group: String,
    /// Operational design domains it belongs to; the first is its default.
    pub odd: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Short names of sources, and what they stand for.
    pub sources: Vec<(String, String)>,
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// Correlations of parameters.
    pub correlations: Vec<Correlation>,
    /// Named values in order; each may use those before it.
    pub values: Vec<(String, Expression)>,
    /// Latent variables in order.
    pub latents: Vec<LatentVariable>,
    /// Road.
    pub road: Street,
    /// The ego's task.
    pub ego: Settings,
    /// Weather, light, and how well the ego sees.
    pub sensing: Settings,
    /// Time from a measurement to the observation that holds it, s.
    pub latency_s: f64,
    /// Traffic signals on the route.
    pub signals: Vec<Settings>,
    /// Zones that the map knows.
    pub zones: Vec<ZoneForm>,
    /// Actors in order.
    pub actors: Vec<ActorSpec>,
    /// Criteria that fail the scenario, in the order of [`Criterion::ALL`].
    pub criteria: Vec<Criterion>,
    /// Hardest braking that is not a failure of `harsh_braking`, m/s^2.
    pub harsh_limit_mps2: f64,
    /// Further demands on the ego.
    pub demands: Vec<DemandSpec>,
    /// Encounters per km of the design domains.
    pub exposure: Vec<Exposure>,
}

/// A parameter of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Name with its unit last.
    pub name: String,
    /// Distribution.
    pub distribution: Distribution,
    /// Where it comes from.
    pub source: String,
}

/// How often a design domain meets the scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    /// The design domain.
    pub odd: String,
    /// Encounters per 10^6 km with 95% interval.
    pub per_1e6_km: Estimate,
}

impl LogicalScenario {
    /// With a share of the exposure of the file of a base, which is left out of account where there is none.
    pub(crate) fn with_share(mut self, base: &str, share: Option<&Share>) -> Self {
        self.share = share.map(|share| FileShare { base: base.to_owned(), of: share.of });
        for (e, share) in self.parts.exposure.iter_mut().flat_map(|e| Some((&mut e.per_1e6_km, share?))) {
            *e = e.shared(share.of, &share.source);
        }
        self
    }

    /// Its share of the exposure of its file; `None` of a file without variants, and of a scenario read back from its canonical form.
    pub fn share(&self) -> Option<&FileShare> {
        self.share.as_ref()
    }

    /// Whether a name, a glob or `tag:` and a tag means it: who names the base of a file names its variants too.
    pub fn is_meant(&self, pattern: &str) -> bool {
        let by_base = self.share.as_ref().is_some_and(|share| crate::pattern::matches(pattern, &share.base));
        by_base || crate::pattern::is_meant(pattern, &self.name, &self.tags)
    }

    /// The compiled form.
    pub fn compile(&self) -> Template {
        self.template.clone()
    }

    /// The file as used, with every default written out. Reads back as an equal scenario; equal scenarios give equal text.
    pub fn to_yaml(&self) -> String {
        crate::canonical::tree(&self.parts).document()
    }

    /// The text whose hash identifies the scenario.
    pub fn fingerprint_text(&self) -> String {
        self.to_yaml()
    }
}

impl Scenario {
    /// All combinations of latent states, in the order of [`Template::strata`].
    pub fn strata(&self) -> Vec<StratumInfo> {
        strata(&self.latents)
    }

    /// How often nature takes a hazard state; `None` where a prior is not known. Where no hazard is marked it is 1.
    pub fn hazard_prior(&self) -> Option<Estimate> {
        hazard_prior(&self.latents)
    }

    /// Whether some state is marked as the hazard, and some encounters are without it.
    pub fn has_hazard(&self) -> bool {
        self.latents.iter().flat_map(|l| &l.states).any(|s| s.hazard) && !self.latents.iter().any(LatentVariable::is_all_hazard)
    }

    /// The marked states as `latent=state`.
    pub fn hazard_states(&self) -> Vec<String> {
        let marked = |l: &LatentVariable| {
            let states = l.states.iter().filter(|s| s.hazard);
            states.map(|s| format!("{}={}", l.name, s.name)).collect::<Vec<_>>()
        };
        self.latents.iter().flat_map(marked).collect()
    }

    /// Exposure in a design domain.
    pub fn exposure_in(&self, odd: &str) -> Option<&Estimate> {
        self.exposure.iter().find(|e| e.odd == odd).map(|e| &e.per_1e6_km)
    }

    /// Latent variables that decide how an actor moves: by its values and, of an agent, by what ends its modes.
    pub fn moved_by(&self, actor: &str) -> Vec<&str> {
        let Some(actor) = self.actors.iter().find(|a| a.name == actor) else { return Vec::new() };
        let names = self.spelt_out(moving(actor));
        self.latents.iter().map(|l| l.name.as_str()).filter(|l| names.iter().any(|n| n == l)).collect()
    }

    /// Names with those that named values among them use.
    fn spelt_out(&self, mut names: Vec<String>) -> Vec<String> {
        // Each value uses ones before it.
        for (value, uses) in self.values.iter().rev() {
            if names.contains(value) {
                uses.names(&mut |n| names.push(n.to_owned()));
            }
        }
        names
    }

    /// Parameters that decide where an actor stands at the start and how large it is, in the order of the file.
    pub fn placing(&self, actor: &str) -> Vec<&str> {
        let Some(actor) = self.actors.iter().find(|a| a.name == actor) else { return Vec::new() };
        let fields = PLACING.iter().filter_map(|field| actor.settings.get(field));
        let mut names = Vec::new();
        fields.chain(&actor.common[..2]).for_each(|value| value.names(&mut |n| names.push(n.to_owned())));
        let names = self.spelt_out(names);
        self.parameters.iter().map(|p| p.name.as_str()).filter(|p| names.iter().any(|n| n == p)).collect()
    }
}

/// The names that the values of an actor's movement use: of latent variables, parameters and named values.
fn moving(actor: &ActorSpec) -> Vec<String> {
    let mut names = Vec::new();
    let mut note = |value: &Expression| value.names(&mut |n| names.push(n.to_owned()));
    actor.settings.0.iter().for_each(|(_, value)| note(value));
    if let ActorKind::Agent { first, modes, .. } = &actor.kind {
        note(first);
        for mode in modes {
            mode.pace.0.iter().for_each(|(_, value)| note(value));
            for (when, to) in &mode.next {
                when.map(&mut note);
                note(to);
            }
        }
    }
    names
}

/// Fields that place an actor.
const PLACING: [&str; 3] = ["s_m", "d_m", "heading_rad"];

//! From a scenario to the engine's template.

use crate::format::{Parameter, Scenario};
use crate::scope::Scope;
use nines_sim::{DT, Dist, Latent, Param, Template, Zone};

/// The compiled form of a scenario whose names were checked.
pub(crate) fn template(s: &Scenario, scope: &Scope) -> Template {
    let names: Vec<String> = s.actors.iter().map(|a| a.name.clone()).collect();
    let latent = |l: &crate::LatentVariable| Latent {
        name: l.name.clone(),
        states: l.states.iter().map(|state| state.name.clone()).collect(),
    };
    Template {
        name: s.name.clone(),
        params: params(&s.parameters),
        copula: crate::correlation::copula(&s.correlations, &scope.parameters).unwrap_or_default(), // was tried when it was read
        latents: s.latents.iter().map(latent).collect(),
        strata: crate::strata::compiled(&s.strata()),
        hazard_prior: s.has_hazard().then(|| s.hazard_prior()).flatten().map(|prior| prior.estimate),
        road: s.road.compile(),
        ego: s.ego.compile(scope),
        sensing: s.sensing.compile(scope),
        latency_steps: (s.latency_s / DT).round() as u32,
        signals: s.signals.iter().map(|signal| signal.compile(scope)).collect(),
        zones: s.zones.iter().map(|z| Zone { kind: z.kind, spec: z.settings.compile(scope) }).collect(),
        actors: s.actors.iter().map(|a| a.compile(scope, &s.road, &names)).collect(),
        criteria: s.criteria.clone(),
        harsh_limit_mps2: s.harsh_limit_mps2,
        demands: s.demands.iter().map(|d| d.compile(scope)).collect(),
    }
}

/// Parameters of the same distribution share its table.
fn params(of: &[Parameter]) -> Vec<Param> {
    let mut out: Vec<Param> = Vec::new();
    for p in of {
        let twin = of[..out.len()].iter().position(|other| other.distribution == p.distribution);
        // Each was tried when it was read.
        let dist = match twin {
            Some(k) => out[k].dist.clone(),
            None => p.distribution.compile().unwrap_or(Dist::Constant(f64::NAN)),
        };
        out.push(Param { name: p.name.clone(), dist });
    }
    out
}

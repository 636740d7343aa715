//! Policies around others: `common-sense+latency:delay_s=0.3+remote-help:share=0.5`. So autonomy is a slider, and the nines of each of
//! its settings can be measured.
//!
//! A wrapper is a session around a session. What it draws comes from the seed of the rollout, so that a wrapped policy is as repeatable as
//! the one inside.

mod actuators;
mod around;
mod dropped_frames;
mod latency;
mod remote_help;

use super::{LoadError, Policy};
use crate::store::hash_hex;
use around::{Around, Memories, Wrapped};
use nines_sim::batch::{ACTION_FIELDS, EGO_FIELDS, Packed};
use nines_sim::random::{Channel, Key, uniform};
use nines_sim::{ActionBatch, BatchPolicy, BuiltIn, EGO_LAYOUT, ObservationBatch, PolicyFault, Sessions, Setting};
use nines_viz::PolicySummary;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A kind of wrapper: name, what it does, its settings.
pub type Kind = (&'static str, &'static str, &'static [Setting]);

/// All wrappers.
pub const WRAPPERS: [Kind; 4] = [
    ("latency", "acts on what it answered some time ago", latency::SETTINGS),
    ("dropped-frames", "is not asked while frames are lost, and goes on as before", dropped_frames::SETTINGS),
    ("actuators", "brakes and steers less than it is told to", actuators::SETTINGS),
    ("remote-help", "a person watches a share of the time and takes over where it drives into danger", remote_help::SETTINGS),
];

/// Where the wrappers of a name begin: `(base, wrappers)`, each with what follows its name.
pub fn split(text: &str) -> (&str, Vec<(&'static str, &str)>) {
    let mut cuts: Vec<(usize, &'static str)> = Vec::new();
    for (at, _) in text.match_indices('+') {
        let rest = &text[at + 1..];
        let named =
            |(name, _, _): &&Kind| rest.strip_prefix(name).is_some_and(|after| after.is_empty() || after.starts_with([':', '+']));
        cuts.extend(WRAPPERS.iter().find(named).map(|(name, _, _)| (at, *name)));
    }
    let base = &text[..cuts.first().map_or(text.len(), |(at, _)| *at)];
    let ends = cuts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    (base, cuts.iter().zip(ends).map(|((at, name), end)| (*name, &text[at + 1 + name.len()..end])).collect())
}

/// A policy with wrappers around it, the first innermost. Settings of a wrapper begin with its name and a dot.
pub fn wrapped(base: Policy, wrappers: &[&'static str], settings: &BTreeMap<String, Value>) -> Result<Policy, LoadError> {
    wrappers.iter().try_fold(base, |policy, name| wrap(policy, name, settings))
}

fn wrap(inner: Policy, name: &'static str, settings: &BTreeMap<String, Value>) -> Result<Policy, LoadError> {
    let refuse = |setting: &str, why: String| LoadError::Setting { name: name.into(), setting: setting.into(), why };
    let Some((_, _, known)) = WRAPPERS.iter().find(|(known, _, _)| *known == name) else {
        return Err(LoadError::gone(name, "there is no such wrapper")); // names come from `split` alone
    };
    if inner.name().split('+').skip(1).any(|other| other == name) {
        return Err(refuse(name, "it is around the policy already".into()));
    }
    let mut values: Vec<f64> = known.iter().map(|s| s.default).collect();
    let mut words = BTreeMap::new();
    for (key, value) in settings.iter().filter_map(|(key, value)| Some((key.strip_prefix(name)?.strip_prefix('.')?, value))) {
        if name == "remote-help" && key == "supervisor" {
            let supervisor = value.as_str().ok_or_else(|| refuse(key, "expected the name of a built-in policy".into()))?;
            words.insert(key.to_owned(), supervisor.to_owned());
            continue;
        }
        let at = known.iter().position(|s| s.name == key).ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|s| s.name).collect();
            refuse(key, format!("it has {}", names.join(", ")))
        })?;
        let (low, high) = (known[at].min, known[at].max);
        let number = value.as_f64().filter(|v| (low..=high).contains(v));
        values[at] = number.ok_or_else(|| refuse(key, format!("expected a number from {low} to {high}")))?;
    }
    let inside = inner.sessions();
    let sessions: Arc<dyn Sessions> = match name {
        "latency" => Arc::new(Wrapped::new(latency::Latency::new(&values), [inside])),
        "dropped-frames" => Arc::new(Wrapped::new(dropped_frames::DroppedFrames::new(&values), [inside])),
        "actuators" => Arc::new(Wrapped::new(actuators::Actuators::new(&values), [inside])),
        _ => {
            // A built-in one: settings of a campaign never start anything.
            let supervisor = words.entry("supervisor".into()).or_insert_with(|| remote_help::SUPERVISOR.into());
            let person = Arc::new(BuiltInSessions(BuiltIn::new(supervisor, &[])?));
            Arc::new(Wrapped::new(remote_help::RemoteHelp::new(&values), [inside, person]))
        }
    };
    let own = known.iter().zip(&values).map(|(s, v)| (s.name.to_owned(), json!(v)));
    let own: BTreeMap<String, Value> = own.chain(words.into_iter().map(|(key, word)| (key, json!(word)))).collect();
    let inner = inner.summary();
    let identity = json!({"program": crate::campaign::VERSION, "wrapper": name, "settings": own, "around": inner.fingerprint});
    let prefixed = own.into_iter().map(|(key, value)| (format!("{name}.{key}"), value));
    let summary = PolicySummary {
        name: format!("{}+{name}", inner.name),
        kind: inner.kind.clone(),
        settings: inner.settings.clone().into_iter().chain(prefixed).collect(),
        fingerprint: hash_hex(identity.to_string().as_bytes()),
        not_covered: inner.not_covered.clone(),
    };
    Ok(Policy::external(summary, sessions))
}

/// Sessions of a built-in policy.
#[derive(Clone, Copy, Debug)]
pub struct BuiltInSessions(pub BuiltIn);

impl Sessions for BuiltInSessions {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Ok(Box::new(Packed::new(self.0)))
    }
}

/// A uniform number of (0, 1) of a rollout: the same whenever it is driven.
fn drawn(wrapper: &str, seed: u64, at: u64) -> f64 {
    uniform(Key::new(seed, wrapper), 0, Channel::Policy, 0, at)
}

/// Where no answer is there yet: neither gas nor brake, the wheel as it is.
fn going_on(observations: &ObservationBatch, w: usize) -> [f32; ACTION_FIELDS] {
    const CURVATURE: usize = 2;
    debug_assert_eq!(EGO_LAYOUT[CURVATURE].name, "curvature");
    let mut answer = [0.0; ACTION_FIELDS];
    answer[1] = observations.ego[w * EGO_FIELDS + CURVATURE];
    answer[ACTION_FIELDS - 1] = f32::NAN;
    answer
}

/// What the policy inside answers.
fn asked(inside: &mut dyn BatchPolicy, observations: &ObservationBatch) -> Result<ActionBatch, PolicyFault> {
    let mut actions = ActionBatch::zeros(observations.worlds);
    inside.act(observations, &mut actions)?;
    Ok(actions)
}

/// Steps of a time.
fn steps(seconds: f64) -> u64 {
    (seconds / nines_sim::DT).round() as u64
}

#[cfg(test)]
mod tests;

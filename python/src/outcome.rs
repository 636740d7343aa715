//! What a rollout leaves behind, with the names of the columns of `rollouts/`.

use nines::store::stratum_name;
use nines_sim::{Criterion, Outcome, Template};
use serde_json::{Map, Value, json};

/// An outcome as an object of JSON.
pub fn outcome_json(template: &Template, o: &Outcome) -> Value {
    let judged = |criterion: &Criterion| template.criteria.contains(criterion) || *criterion == Criterion::PolicyFault;
    let margins: Map<String, Value> = Criterion::ALL
        .iter()
        .zip(o.margins)
        .filter(|(c, _)| judged(c))
        .map(|(c, margin)| (c.name().into(), json!(margin)))
        .collect();
    let states = template.strata.get(usize::from(o.stratum)).map_or(&[][..], |stratum| &stratum.states);
    let latents: Map<String, Value> = (template.latents.iter().zip(states))
        .map(|(latent, state)| (latent.name.clone(), json!(latent.states.get(usize::from(*state)))))
        .collect();
    json!({
        "rollout": o.rollout,
        "stratum": stratum_name(template, usize::from(o.stratum)),
        "hazard": template.strata.get(usize::from(o.stratum)).is_some_and(|stratum| stratum.hazard),
        "latents": latents,
        "verdict": o.verdict.name(),
        "cause": o.cause.map(Criterion::name),
        "with": o.with.and_then(|actor| template.actors.get(usize::from(actor))).map(|actor| actor.name.clone()),
        "fault": o.fault.map(|(kind, _)| kind.name()),
        "fault_step": o.fault.map(|(_, step)| step),
        "margin": o.margin,
        "margins": margins,
        "steps": o.steps,
        "end_s": o.end_s,
        "failed_s": o.failed_s,
        "impact_speed_mps": o.impact_speed_mps,
        "injury_risk": o.injury_risk,
        "min_distance_m": o.min_distance_m,
        "min_ttc_s": o.min_ttc_s,
        "max_decel_mps2": o.max_decel_mps2,
        "travelled_m": o.travelled_m,
        "time_lost_s": o.time_lost_s,
        "harsh_brakes": o.harsh_brakes,
        "needless_stops": o.needless_stops,
        "digest": o.digest,
    })
}

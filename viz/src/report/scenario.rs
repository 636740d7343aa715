//! One scenario: probabilities, strata, causes, faults, severity.

use maud::{Markup, html};

use super::ReportContext;
use super::parts::{NONE, class, counted, estimate, interval, scroll, short_hash, sign, words};
use crate::answer::nines_word;
use crate::numbers::{Round, confidence, count, nines, percent, probability, probability_interval, quantity};
use crate::summary::{
    EstimateKind, FaultCounts, NineState, Probability, ScenarioSummary, SearchSummary, StratumSummary, Summary,
};
use crate::terminal::state_at;

/// All scenarios, folded: what a reader opens is what the charts above point at.
pub fn sections(summary: &Summary, context: &ReportContext) -> Markup {
    if summary.scenarios.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="scenarios" {
            h2 id="scenarios" { "Scenario by scenario" }
            p { "The fewest demonstrated nines first. " (crate::answer::MARGIN) }
            @for s in crate::terminal::by_need(summary) { (section(s, context)) }
        }
    }
}

/// The section of a scenario. Its place is inside of what is folded, so that a link to it opens it.
fn section(s: &ScenarioSummary, context: &ReportContext) -> Markup {
    let next = (1..=15).find(|n| state_at(s, *n) != NineState::Demonstrated).unwrap_or(15);
    let state = state_at(s, next);
    html! {
        details.scenario {
            summary { h3 { (s.name) } " " span.of { span.chip.(class(state)) { (sign(state)) " " (nines_word(next)) " " (state.name()) } " " small { (nines(s.nines.demonstrated)) " demonstrated" } } }
            div.inside id=(s.name) {
            p { (count(s.failures)) " of " (counted(s.rollouts, "rollout")) " failed, " (count(s.hazard.failures)) " of them among "
                (count(s.hazard.rollouts)) " with the hazard (" (s.hazard.states.join(", ")) "). Method " (s.method) ", " (s.status.name())
                @if !s.tags.is_empty() { "; tags " (s.tags.join(", ")) }
                "; fingerprint " code { (short_hash(&s.fingerprint)) } "." }
            (super::modes::section(s, context))
            @if !s.causes.is_empty() { (scroll(&format!("Causes in {}", s.name), causes(s, context))) }
            (super::attribution::of_scenario(s))
            (faults(&s.policy_faults))
            (fault_texts(&s.name, context))
            (severity(s))
            (scroll(&format!("Probabilities of {}", s.name), probabilities(s)))
            @if let Some(search) = &s.search { (scroll(&format!("Search in {}", s.name), searched(search))) }
            (super::convergence::of_scenario(s, context))
            @if !s.strata.is_empty() { (scroll(&format!("Strata of {}", s.name), strata(s))) }
            }
        }
    }
}

fn probabilities(s: &ScenarioSummary) -> Markup {
    let level = confidence(s.hazard.probability.confidence);
    html! {
        table {
            caption { "Failure probability" }
            thead { tr {
                th scope="col" { "Of" } th.n scope="col" { "Estimate" } th scope="col" { "Two-sided " (level) } th.n scope="col" { "At least" } th.n scope="col" { "At most" }
                th scope="col" { "By" } th scope="col" { "Assuming" } th scope="col" { "Diagnostics" }
            } }
            tbody {
                (row("given the hazard", &s.hazard.probability))
                @match &s.probability {
                    Some(p) => (row("per encounter", p)),
                    None => { tr { th scope="row" { "per encounter" } td colspan="7" { "not known: " (s.why.as_deref().map_or("no reason given".into(), words)) } } }
                }
            }
        }
        @if let Some(p) = &s.hazard.prior {
            p { small { "The hazard holds in " (probability(p.estimate, Round::Nearest)) " of the encounters " (probability_interval(p.lower, p.upper)) ", "
                (confidence(p.confidence)) " (" (p.source) "). “At least” and “at most” each hold alone at " (level) "." } }
        } @else { p { small { "How often nature shows the hazard is not known. “At least” and “at most” each hold alone at " (level) "." } } }
    }
}

/// What a statistician asks of a search.
fn searched(search: &SearchSummary) -> Markup {
    let figure = |x: Option<f64>| x.map_or_else(|| NONE.to_string(), |x| quantity(x, Round::Nearest));
    let list = |all: &[f64]| all.iter().map(|p| probability(*p, Round::Nearest)).collect::<Vec<_>>().join(", ");
    html! {
        table {
            caption { "Search for " @if search.limit_state == "min" { "failures" } @else { (words(&search.limit_state)) } " by " (search.method) }
            thead { tr {
                th.n scope="col" { "Rollouts" } th.n scope="col" { "In the estimate" } th.n scope="col" { "Failed of these" } th.n scope="col" { "Relative error" }
                th.n scope="col" { "Effective sample" } th.n scope="col" { "Largest weight" } th.n scope="col" { "Pareto shape" } th.n scope="col" { "Regions" }
                th scope="col" { "Independent parts" }
            } }
            tbody { tr {
                td.n { (count(search.evaluations)) } td.n { (count(search.sample)) }
                td.n { @if search.method == "subset" { (NONE) } @else { (count(search.failures)) } }
                td.n { (search.relative_error.map_or_else(|| NONE.to_string(), percent)) }
                td.n { (figure(search.effective_sample)) } td.n { (search.largest_weight.map_or_else(|| NONE.to_string(), percent)) }
                td.n { (figure(search.pareto_shape)) } td.n { (search.components.map_or_else(|| NONE.to_string(), count)) }
                td { (list(&search.replicates)) }
            } }
        }
        @if search.method != "mc" {
            p { small { "Counts of failures, causes and strata given the hazard are of what the search met, not of how often it fails. A failure region that nothing leads to is as likely to have been missed as by "
                (quantity(search.plain_equivalent, Round::Down)) " rollouts drawn at random." } }
        }
    }
}

fn row(name: &str, p: &Probability) -> Markup {
    let limit = |x, round| if p.kind == EstimateKind::None { NONE.into() } else { probability(x, round) };
    html! { tr {
        th scope="row" { (name) } td.n { (estimate(p)) } td.w { (interval(p)) }
        td.n { (limit(p.one_sided_lower, Round::Down)) } td.n { (limit(p.one_sided_upper, Round::Up)) }
        td { (p.interval) ", " (p.kind.name())
            @if let (Some(reach), Some(upper)) = (p.reach, p.upper_with_reach) {
                br; small { "unseen up to " (probability(reach, Round::Up)) ", with that at most " (probability(upper, Round::Up)) }
            } }
        td.s { (p.assumptions.iter().map(|a| words(a)).collect::<Vec<_>>().join(", ")) }
        td.s { @if p.diagnostics.ok { "ok" } @else { strong { "failed" } }
            @if !p.diagnostics.warnings.is_empty() { ": " (p.diagnostics.warnings.iter().map(|w| words(w)).collect::<Vec<_>>().join(", ")) } }
    } }
}

fn causes(s: &ScenarioSummary, context: &ReportContext) -> Markup {
    html! {
        table {
            caption { "What failed first, with the command that shows the worst case again" }
            thead { tr { th scope="col" { "Cause" } th.n scope="col" { "Failures" } th.n scope="col" { "Share" } th scope="col" { "Replay" } th scope="col" { "First" } } }
            tbody { @for c in &s.causes { tr {
                th scope="row" { (words(&c.criterion)) @if let Some(with) = &c.with { " with " (words(with)) } }
                td.n { (count(c.failures)) } td.n { (percent(c.share)) }
                td { code { "nines replay " (context.folder) " " (c.worst) " --open" } } td { code { (c.first) } }
            } } }
        }
    }
}

/// What is known of the faults of the policy in a scenario.
fn fault_texts(scenario: &str, context: &ReportContext) -> Markup {
    let here = |rollout: &str| rollout.rsplit_once('/').is_some_and(|(name, _)| name == scenario);
    html! {
        @for (rollout, text) in context.faults.iter().filter(|(rollout, _)| here(rollout)) {
            details { summary { "Fault of " code { (rollout) } } pre { (text) } }
        }
    }
}

/// Faults of the policy by kind, those that occurred.
pub fn faults(f: &FaultCounts) -> Markup {
    let kinds = [
        ("panic", f.panic),
        ("not finite", f.not_finite),
        ("out of range", f.out_of_range),
        ("deadline", f.deadline),
        ("disconnected", f.disconnected),
        ("bad reply", f.bad_reply),
    ];
    let seen: Vec<String> = kinds.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{name} {}", count(*n))).collect();
    html! {
        @if f.total > 0 { p { strong { (counted(f.total, "policy fault")) } ", counted as failures: " (seen.join(", ")) "." } }
        @if f.unrepeatable > 0 {
            p { strong { "The policy does not repeat itself" } ": " (counted(f.unrepeatable, "rollout")) " driven again came out otherwise each time." }
        }
        @if f.batch_dependent > 0 {
            p { strong { "The policy depends on its batch" } ": " (counted(f.batch_dependent, "batch call or rollout")) " came out otherwise than alone. Nothing is demonstrated." }
        }
    }
}

fn severity(s: &ScenarioSummary) -> Markup {
    let speed = |x: Option<f64>| x.map_or(NONE.into(), |v| format!("{} m/s", quantity(v, Round::Nearest)));
    html! {
        @if let Some(v) = &s.severity {
            p { "Impact speed of the failures given the hazard: mean " (speed(v.mean_impact_speed_mps)) ", 95th percentile " (speed(v.p95_impact_speed_mps)) "." }
        }
        @if let Some(c) = s.caution {
            p { "Caution per encounter: " (quantity(c.mean_time_lost_s, Round::Nearest)) " s lost, " (quantity(c.harsh_brakes_per_encounter, Round::Nearest))
                " harsh brakes, " (quantity(c.needless_stops_per_encounter, Round::Nearest)) " needless stops." }
        }
    }
}

fn strata(s: &ScenarioSummary) -> Markup {
    html! {
        table {
            caption { "Hidden states. “Nature” says how often an encounter is like this, “we look” how often a rollout is: the two are never mixed." }
            thead { tr {
                th scope="col" { "State" } th scope="col" { "Kind" } th.n scope="col" { "Failed" } th.n scope="col" { "At most" }
                th.n scope="col" { "We look" } th.n scope="col" { "Nature" } th scope="col" { "Source" }
            } }
            tbody { @for x in &s.strata { (stratum(x)) } }
        }
    }
}

fn stratum(x: &StratumSummary) -> Markup {
    let state: Vec<String> = x.latent.iter().map(|(latent, state)| format!("{latent} = {state}")).collect();
    html! { tr {
        th scope="row" { @if state.is_empty() { "all" } @else { (state.join(", ")) } }
        td { (x.state_kind.name()) }
        td.n { (count(x.failures)) " of " (count(x.rollouts)) } td.n { (probability(x.one_sided_upper, Round::Up)) }
        td.n { (percent(x.share)) }
        @match &x.prior {
            Some(p) => {
                td.n { (probability(p.estimate, Round::Nearest)) br; small { (probability_interval(p.lower, p.upper)) } }
                td.s { (p.source) }
            }
            None => { td.n { (NONE) } td.s { "not known" } }
        }
    } }
}

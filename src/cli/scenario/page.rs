//! The page of the catalogue: every scenario by group, with what it assumes and where that comes from.

use crate::campaign::{Chosen, Scenario};
use nines_scenarios::{Conditional, Estimate, LogicalScenario};
use nines_sim::Template;
use nines_viz::numbers::counted;
use std::collections::BTreeMap;
use std::fmt::Write;

const HEAD: &str = "\
# The catalogue

Written by `nines scenario catalogue --out docs` from the files in [scenarios/catalogue](../scenarios/catalogue); a test keeps the two in step. Pictures show
encounters driven by `common-sense`, spread evenly over latent states: not how often things happen, but what may. Ranges of parameters hold 98% of what is
drawn. **Assumption** marks engineering judgement without a source; what a source is marked with an `A` for is one in part.
";

/// The page.
pub fn page(all: &[Chosen]) -> String {
    let mut groups: BTreeMap<&str, Vec<&Chosen>> = BTreeMap::new();
    for one in all {
        groups.entry(&one.scenario.group).or_default().push(one);
    }
    let mut out = format!("{HEAD}\n{}, {}.\n\n", counted(all.len() as u64, "scenario"), counted(groups.len() as u64, "group"));
    for (group, own) in &groups {
        let link = |c: &&Chosen| format!("[{0}](#{0})", c.scenario.name);
        let _ = writeln!(out, "- **{group}**: {}", own.iter().map(link).collect::<Vec<_>>().join(", "));
    }
    for (group, own) in &groups {
        let _ = writeln!(out, "\n## {group}");
        own.iter().for_each(|one| section(&one.scenario, &mut out));
    }
    out
}

fn section(s: &LogicalScenario, out: &mut String) {
    let facts = Scenario::from(s);
    let template = s.compile();
    let _ = writeln!(out, "\n### {}\n**{}**\n", s.name, cell(&s.title));
    let _ = writeln!(out, "![{} from above](catalogue/{}.svg)\n\n{}\n", cell(&s.title), s.name, s.description.trim());
    exposure(s, out);
    latents(s, out);
    parameters(s, &template, out);
    cues(s, out);
    let criteria: Vec<String> = s.criteria.iter().map(|c| format!("`{}`", c.name())).collect();
    let _ = writeln!(out, "Fails by {}.", criteria.join(", "));
    sources(s, out);
    let _ = writeln!(out, "\nTags: {}. Fingerprint `{}`.", s.tags.join(", "), facts.fingerprint);
}

fn exposure(s: &LogicalScenario, out: &mut String) {
    *out += "| design domain | encounters per 10^6 km | 95% interval | source |\n|---|---:|---|---|\n";
    for odd in &s.odd {
        let row = match s.exposure_in(odd) {
            Some(e) => format!("{} | {} | {}", number(e.estimate), interval(e), source(&e.source)),
            None => "unknown | | ".to_owned(),
        };
        let _ = writeln!(out, "| {odd} | {row} |");
    }
    out.push('\n');
}

fn latents(s: &LogicalScenario, out: &mut String) {
    if s.latents.is_empty() {
        return;
    }
    // Where all priors are known they decide how often we look, too.
    let nature = s.hazard_prior().is_some();
    let columns = |look: &str, rest: &str| if nature { rest.to_owned() } else { format!("{look} | {rest}") };
    let _ = writeln!(out, "| latent state | nature takes it | 95% interval | {} |", columns("we look", "source"));
    let _ = writeln!(out, "|---|---:|---|{}|", if nature { "---" } else { "---:|---" });
    for latent in &s.latents {
        for state in &latent.states {
            let hazard = if state.hazard { " **hazard**" } else { "" };
            let look = leaves(&state.share).iter().map(|(_, share)| number(**share)).collect::<Vec<_>>().join(" or ");
            let name = format!("{} = {}{hazard}", latent.name, state.name);
            let priors = state.prior.as_ref().map(leaves).unwrap_or_default();
            if priors.is_empty() {
                let _ = writeln!(out, "| {name} | unknown | | {} |", columns(&look, ""));
            }
            for (k, (given, p)) in priors.iter().enumerate() {
                let (name, look) = if k == 0 { (name.as_str(), look.as_str()) } else { ("", "") };
                let rest = columns(look, &source(&p.source));
                let prior = format!("{}{given} | {} | {rest}", number(p.estimate), interval(p));
                let _ = writeln!(out, "| {name} | {prior} |");
            }
        }
    }
    out.push('\n');
}

/// Figures with the states that they hold in: ` given bus = stops`.
fn leaves<T>(of: &Conditional<T>) -> Vec<(String, &T)> {
    match of {
        Conditional::Always(x) => vec![(String::new(), x)],
        Conditional::By { latent, of } => {
            let below = |(state, c)| {
                leaves(c).into_iter().map(move |(given, x)| (format!(" given {latent} = {state}{given}"), x)).collect::<Vec<_>>()
            };
            of.iter().map(|(state, c)| (state, c)).flat_map(below).collect()
        }
    }
}

fn parameters(s: &LogicalScenario, template: &Template, out: &mut String) {
    if s.parameters.is_empty() {
        return;
    }
    let head = "| parameter | distribution | 1% to 99% | source |\n|---|---|---|---|\n";
    let _ = write!(out, "<details><summary>{}</summary>\n\n{head}", counted(s.parameters.len() as u64, "parameter"));
    // Standard normal coordinate of 1%.
    let z = nines_sim::math::normal_quantile(0.01);
    for (p, compiled) in s.parameters.iter().zip(&template.params) {
        let range = format!("{} to {}", number(compiled.dist.at(z)), number(compiled.dist.at(-z)));
        let _ = writeln!(out, "| {} | {} | {range} | {} |", p.name, p.distribution.words(), source(&p.source));
    }
    for c in &s.correlations {
        let _ = writeln!(out, "\n`{}` and `{}` are correlated by {} ({}).", c.of[0], c.of[1], c.rho, source(&c.source));
    }
    *out += "\n</details>\n\n";
}

fn cues(s: &LogicalScenario, out: &mut String) {
    let all: Vec<_> = s.actors.iter().flat_map(|a| a.cues.iter().map(move |c| (a, c))).collect();
    if all.is_empty() {
        return;
    }
    let head = "| cue | state | probability of each level | source |\n|---|---|---|---|\n";
    let _ = write!(out, "<details><summary>{}</summary>\n\n{head}", counted(all.len() as u64, "cue"));
    for (actor, cue) in all {
        let drawn = if cue.window_s > 0.0 { format!("every {} s", cue.window_s) } else { "once".to_owned() };
        let by = cue.latent.as_deref().unwrap_or("mode");
        let kind = format!("{} of {}, {drawn}, within {} m", cue.kind.name(), actor.name, cue.range_m);
        for (k, (state, row)) in cue.likelihood.iter().enumerate() {
            let (kind, source) = if k == 0 { (kind.as_str(), source(&cue.source)) } else { ("", String::new()) };
            let levels = cue.levels.iter().zip(row).map(|(level, p)| format!("{level}: {p:.2}"));
            let _ = writeln!(out, "| {kind} | {by} = {state} | {} | {source} |", levels.collect::<Vec<_>>().join(", "));
        }
    }
    *out += "\n</details>\n\n";
}

fn sources(s: &LogicalScenario, out: &mut String) {
    if s.sources.is_empty() {
        return;
    }
    let _ = write!(out, "\n<details><summary>{}</summary>\n\n", counted(s.sources.len() as u64, "source"));
    for (name, text) in &s.sources {
        let _ = writeln!(out, "- **{name}**: {}", text.trim());
    }
    *out += "\n</details>\n";
}

/// A source in a table: engineering judgement alone is an assumption.
fn source(text: &str) -> String {
    if text == "A" { "**assumption**".to_owned() } else { cell(text) }
}

fn interval(e: &Estimate) -> String {
    format!("{} to {}", number(e.lower), number(e.upper))
}

/// Three digits; what is very small or large by its power of ten.
fn number(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    let power = x.abs().log10().floor() as i32;
    if !(-3..=6).contains(&power) {
        return format!("{x:.1e}");
    }
    let digits = (2 - power).max(0) as usize;
    let text = format!("{x:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        for (x, text) in [
            (0.0, "0"),
            (15000.0, "15000"),
            (0.23, "0.23"),
            (1.4e-6, "1.4e-6"),
            (2.345678, "2.35"),
            (-0.0256, "-0.0256"),
            (63.0, "63"),
            (100.0, "100"),
        ] {
            assert_eq!(number(x), text);
        }
    }
}

//! The canonical form of a scenario: every field in a fixed order, every default written out.

use crate::correlation::Correlation;
use crate::emit::Tree;
use crate::format::{SCHEMA, Scenario};
use crate::latent::nature_decides;
use crate::sections::{USUAL, ZONES};
use nines_sim::Criterion;

/// The whole file.
pub(crate) fn tree(s: &Scenario) -> Tree {
    let words = |list: &[String]| Tree::words(list.iter().map(String::as_str));
    let mut out = vec![
        ("schema", Tree::text(SCHEMA)),
        ("name", Tree::text(&s.name)),
        ("title", Tree::text(&s.title)),
        ("description", Tree::Prose(s.description.clone())),
        ("group", Tree::text(&s.group)),
        ("odd", words(&s.odd)),
        ("tags", words(&s.tags)),
    ];
    let sources = s.sources.iter().map(|(name, text)| (name.clone(), Tree::Prose(text.clone())));
    out.push(("sources", Tree::Map(sources.collect())));
    let parameters = s.parameters.iter().map(|p| {
        let mut fields = p.distribution.tree();
        fields.push(("source".to_owned(), Tree::text(&p.source)));
        (p.name.clone(), Tree::Map(fields))
    });
    out.push(("parameters", Tree::Map(parameters.collect())));
    out.push(("correlations", Tree::List(s.correlations.iter().map(Correlation::tree).collect())));
    out.push(("values", Tree::Map(s.values.iter().map(|(name, v)| (name.clone(), Tree::value(v))).collect())));
    let nature = nature_decides(&s.latents);
    out.push(("latents", Tree::Map(s.latents.iter().map(|l| (l.name.clone(), l.tree(nature))).collect())));
    out.push(("road", s.road.tree()));
    out.push(("ego", Tree::Map(s.ego.tree())));
    let mut sensing = without_unsaid(s.sensing.tree(), &["dark_from_s", "dark_to_s"]);
    sensing.push(("latency_s".to_owned(), Tree::number(s.latency_s)));
    out.push(("sensing", Tree::Map(sensing)));
    out.push(("signals", Tree::List(s.signals.iter().map(|signal| Tree::Map(signal.tree())).collect())));
    out.push(("zones", Tree::List(s.zones.iter().map(zone).collect())));
    let known: Vec<_> = s.actors.iter().map(|a| a.known()).collect();
    out.push(("actors", Tree::Map(s.actors.iter().map(|a| (a.name.clone(), a.tree(&known))).collect())));
    out.push(("criteria", criteria(s)));
    let exposure = s.exposure.iter().map(|e| (e.odd.clone(), Tree::Map(e.per_1e6_km.tree("per_1e6_km"))));
    out.push(("exposure", Tree::Map(exposure.collect())));
    Tree::Map(out.into_iter().map(|(name, tree)| (name.to_owned(), tree)).collect())
}

fn zone(z: &crate::ZoneForm) -> Tree {
    let kind = ZONES.iter().find(|(_, k)| *k == z.kind).map_or("crosswalk", |(name, _)| name);
    let mut out = vec![("kind".to_owned(), Tree::text(kind))];
    out.extend(without_unsaid(z.settings.tree(), &["above_mps"]));
    Tree::Map(out)
}

/// Without those of some later fields that say nothing: the canonical form of older files, and so their fingerprints, stay what they were.
fn without_unsaid(mut fields: Vec<(String, Tree)>, later: &[&str]) -> Vec<(String, Tree)> {
    let unsaid = [f64::INFINITY, f64::NEG_INFINITY].map(Tree::number);
    fields.retain(|(name, tree)| !(later.contains(&name.as_str()) && unsaid.contains(tree)));
    fields
}

fn criteria(s: &Scenario) -> Tree {
    let known: Vec<_> = s.actors.iter().map(|a| a.known()).collect();
    let without = USUAL.iter().filter(|c| !s.criteria.contains(c));
    let names = |list: &mut dyn Iterator<Item = &Criterion>| Tree::List(list.map(|c| Tree::text(c.name())).collect());
    Tree::Map(vec![
        ("fail".to_owned(), names(&mut s.criteria.iter())),
        ("leave_out".to_owned(), names(&mut without.into_iter())),
        ("harsh_limit_mps2".to_owned(), Tree::number(s.harsh_limit_mps2)),
        ("demands".to_owned(), Tree::List(s.demands.iter().map(|d| d.tree(&known)).collect())),
    ])
}

//! Modes that no agent gets to.

use super::Findings;
use crate::actor::ActorKind;
use crate::diagnostic::Code;
use crate::expression::Expression;
use crate::format::LogicalScenario;
use std::collections::BTreeMap;

pub(super) fn look(s: &LogicalScenario, findings: &mut Findings) {
    // Members of a group share their entry: a mode counts as reached where one of them reaches it.
    let mut all: BTreeMap<(String, u32, u32), (String, String, bool)> = BTreeMap::new();
    for actor in &s.actors {
        let ActorKind::Agent { first, modes, .. } = &actor.kind else { continue };
        let mut reached = vec![false; modes.len()];
        let mut open = targets(first);
        while let Some(k) = open.pop() {
            let Some(seen) = reached.get_mut(k).filter(|seen| !**seen) else { continue };
            *seen = true;
            open.extend(modes[k].next.iter().flat_map(|(_, to)| targets(to)));
        }
        for (mode, reached) in modes.iter().zip(reached) {
            let path = format!("actors.{}.modes.{}", actor.name, mode.name);
            let at = findings.places.label(&path, "");
            let known = all.entry((at.file, at.line, at.column)).or_insert((path, mode.name.clone(), false));
            known.2 |= reached;
        }
    }
    for (path, mode, _) in all.values().filter(|(.., reached)| !reached) {
        let message =
            format!("the mode `{mode}` is never reached: the agent does not start in it, and no transition leads there");
        findings.warn(
            Code::UnreachedMode,
            path,
            message,
            format!("lead there with `next: [{{when: …, to: {mode}}}]`, or remove it"),
        );
    }
}

/// Modes that a choice of these may mean.
fn targets(e: &Expression) -> Vec<usize> {
    match e {
        Expression::Number(k) => vec![*k as usize],
        Expression::Choice { of, .. } => of.iter().flat_map(|(_, e)| targets(e)).collect(),
        _ => Vec::new(),
    }
}

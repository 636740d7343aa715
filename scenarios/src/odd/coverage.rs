//! What of an ODD's contents no scenario exercises.

use crate::taxonomy::{Attribute, exercises, meaning};

/// What scenarios exercise of the contents of an ODD.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// A row for each value that the ODD contains, in its order.
    pub rows: Vec<CoverageRow>,
    /// Pairs of values of different attributes: how many there are.
    pub pairs: usize,
    /// How many of them some scenario exercises together.
    pub pairs_exercised: usize,
    /// What scenarios have that the ODD does not contain.
    pub beyond: Vec<Beyond>,
}

/// A tag of a scenario that is a value of an attribute of which the ODD contains others alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// Scenario.
    pub scenario: String,
    /// Attribute of the taxonomy.
    pub attribute: String,
    /// Value.
    pub value: String,
}

/// A value that an ODD contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageRow {
    /// Attribute of the taxonomy.
    pub attribute: String,
    /// Value.
    pub value: String,
    /// Scenarios that exercise it.
    pub scenarios: Vec<String>,
}

impl Coverage {
    /// Values that no scenario exercises.
    pub fn gaps(&self) -> impl Iterator<Item = &CoverageRow> {
        self.rows.iter().filter(|row| row.scenarios.is_empty())
    }
}

pub(super) fn coverage(contains: &[(String, Vec<String>)], scenarios: &[(&str, &[String])]) -> Coverage {
    let values = contains.iter().filter_map(|(name, values)| Some((Attribute::named(name)?, values)));
    let cells: Vec<(&Attribute, &String)> = values.flat_map(|(a, values)| values.iter().map(move |v| (a, v))).collect();
    // A row of truths for each value: which scenarios exercise it.
    let hits: Vec<Vec<bool>> =
        cells.iter().map(|(a, v)| scenarios.iter().map(|(_, tags)| exercises(tags, a, v)).collect()).collect();
    let (mut pairs, mut pairs_exercised) = (0, 0);
    for (i, (a, _)) in cells.iter().enumerate() {
        for (j, (b, _)) in cells[..i].iter().enumerate() {
            if a.name != b.name {
                pairs += 1;
                pairs_exercised += usize::from(hits[i].iter().zip(&hits[j]).any(|(x, y)| *x && *y));
            }
        }
    }
    let row = |((attribute, value), hit): (&(&Attribute, &String), &Vec<bool>)| CoverageRow {
        attribute: attribute.name.to_owned(),
        value: (*value).clone(),
        scenarios: scenarios.iter().zip(hit).filter(|(_, hit)| **hit).map(|((name, _), _)| (*name).to_owned()).collect(),
    };
    Coverage { rows: cells.iter().zip(&hits).map(row).collect(), pairs, pairs_exercised, beyond: beyond(contains, scenarios) }
}

fn beyond(contains: &[(String, Vec<String>)], scenarios: &[(&str, &[String])]) -> Vec<Beyond> {
    let mut out = Vec::new();
    for (name, tags) in scenarios {
        for (attribute, value) in tags.iter().filter_map(|tag| meaning(tag)) {
            let contained = contains.iter().find(|(of, _)| of == attribute.name);
            if contained.is_some_and(|(_, values)| !values.iter().any(|v| v == value)) {
                let (attribute, value) = (attribute.name.to_owned(), value.to_owned());
                out.push(Beyond { scenario: (*name).to_owned(), attribute, value });
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_pairs_are_counted() {
        let contains = [
            ("illumination".to_owned(), vec!["day".to_owned(), "night".to_owned()]),
            ("agents".to_owned(), vec!["child".to_owned(), "animal".to_owned()]),
        ];
        let (by_day, at_night) = (["child".to_owned()], ["night".to_owned()]);
        let found = coverage(&contains, &[("a", &by_day), ("b", &at_night)]);
        let row = |k: usize| found.rows[k].scenarios.join(",");
        assert_eq!([row(0), row(1), row(2), row(3)], ["a", "b", "a", ""]);
        assert_eq!(found.gaps().map(|g| g.value.as_str()).collect::<Vec<_>>(), ["animal"]);
        // By hand: day and child go together, of day or night with child or animal.
        assert_eq!((found.pairs, found.pairs_exercised), (4, 1));
        assert!(found.beyond.is_empty());
        let beyond = coverage(&contains, &[("c", &["dusk".to_owned(), "wet".to_owned(), "night".to_owned()])]).beyond;
        let text: Vec<String> = beyond.iter().map(|b| format!("{} {}={}", b.scenario, b.attribute, b.value)).collect();
        assert_eq!(text, ["c illumination=dusk"], "of wet surfaces it says nothing");
    }
}

//! Several policies side by side.

use super::Style;
use super::table::{Column, Row, table};
use crate::league::League;
use crate::numbers::{Round, nines, quantity};

const fn column(group: &'static str, head: &'static str, gap: usize) -> Column {
    Column { group, head, right: true, gap, least: usize::MAX }
}

const COLUMNS: [Column; 11] = [
    Column { group: "", head: "policy", right: false, gap: 0, least: 16 },
    column("scenarios at", "1", 2),
    column("", "2", 2),
    column("", "3", 2),
    column("", "4", 2),
    column("", "5", 2),
    column("per encounter", "lost", 3),
    column("", "harsh", 2),
    column("", "stops", 2),
    column("", "faults", 2),
    column("", "ODD", 2),
];

/// A line for each policy: how many scenarios stand at each nine, and what that costs.
pub fn league(league: &League, style: Style) -> String {
    let scenarios = league.policies.iter().map(|p| p.scenarios).max().unwrap_or(0);
    let rows: Vec<Row> = league
        .policies
        .iter()
        .map(|p| {
            // Two settings of one policy are told apart by their folders.
            let alone = league.policies.iter().filter(|other| other.policy.name == p.policy.name).count() == 1;
            let mut cells = vec![if alone { &p.policy.name } else { &p.campaign }.clone()];
            cells.extend((0..5).map(|k| p.demonstrated.get(k).copied().unwrap_or(0).to_string()));
            cells.push(format!("{} s", quantity(p.mean_time_lost_s, Round::Nearest)));
            cells.push(quantity(p.harsh_brakes_per_encounter, Round::Nearest));
            cells.push(quantity(p.needless_stops_per_encounter, Round::Nearest));
            cells.push(p.policy_faults.to_string());
            let odd = p.odds.first().and_then(|odd| odd.demonstrated);
            cells.push(odd.map_or(style.none().into(), nines));
            Row { cells, state: None }
        })
        .collect();
    let odd = league.policies.iter().find_map(|p| p.odds.first());
    // The last column is of the first ODD, where one was asked for.
    let shown = if odd.is_some() { COLUMNS.len() } else { COLUMNS.len() - 1 };
    let rows: Vec<Row> = rows.into_iter().map(|row| Row { cells: row.cells[..shown].to_vec(), ..row }).collect();
    let mut out =
        format!("The league, nines per hazard demonstrated in how many of {scenarios} scenarios, and what that costs\n");
    out += &table(&COLUMNS[..shown], &rows, style);
    if let Some(odd) = odd {
        out += &style.wrap(&format!("ODD: nines per encounter demonstrated in {}, at its stated exposures", odd.name));
    }
    out
}

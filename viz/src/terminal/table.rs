//! A table that loses columns from the right where it is too wide.

use super::Style;
use crate::summary::NineState;

/// A column.
pub struct Column {
    /// Heading of the columns from this one on, up to the next one with a heading; empty for none.
    pub group: &'static str,
    /// Heading.
    pub head: &'static str,
    /// Numbers stand to the right.
    pub right: bool,
    /// Spaces before it.
    pub gap: usize,
}

/// A row: a cell for each column, and the state in whose colour it is painted.
pub struct Row {
    /// Cells.
    pub cells: Vec<String>,
    /// State, if the row has one.
    pub state: Option<NineState>,
}

/// Lays out rows below the headings of their columns.
pub fn table(columns: &[Column], rows: &[Row], style: Style) -> String {
    let width = |k: usize| {
        let cells = rows.iter().map(|row| row.cells[k].chars().count()).max().unwrap_or(0);
        cells.max(columns[k].head.chars().count())
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut kept = columns.len();
    let total = |kept: usize| (0..kept).map(|k| columns[k].gap + widths[k]).sum::<usize>();
    while kept > 1 && total(kept) > style.width {
        kept -= 1;
    }
    let mut out = String::new();
    let groups = style.cut(&groups(&columns[..kept], &widths), style.width);
    if !groups.is_empty() {
        out += &groups;
        out.push('\n');
    }
    let heads: Vec<String> = columns.iter().map(|c| c.head.into()).collect();
    out += &style.strong(&line(&columns[..kept], &widths, &heads));
    out.push('\n');
    for row in rows {
        let line = style.cut(&line(&columns[..kept], &widths, &row.cells), style.width);
        out += &row.state.map_or_else(|| line.clone(), |state| style.paint(state, &line));
        out.push('\n');
    }
    out
}

fn line(columns: &[Column], widths: &[usize], row: &[String]) -> String {
    let mut out = String::new();
    for ((column, &width), cell) in columns.iter().zip(widths).zip(row) {
        out += &" ".repeat(column.gap);
        let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
        out += &if column.right { format!("{pad}{cell}") } else { format!("{cell}{pad}") };
    }
    out.trim_end().into()
}

fn groups(columns: &[Column], widths: &[usize]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for (column, width) in columns.iter().zip(widths) {
        at += column.gap;
        if !column.group.is_empty() {
            out += &" ".repeat(at - out.chars().count().min(at));
            out += column.group;
        }
        at += width;
    }
    out
}

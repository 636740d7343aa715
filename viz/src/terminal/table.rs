//! A table that shortens what may be shortened, and then loses columns from the right, where it is too wide.

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
    /// Its cells may be shortened to as many characters before a column is lost; `usize::MAX` for never.
    pub least: usize,
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
    let full: Vec<usize> = (0..columns.len()).map(width).collect();
    let fitting = (2..=columns.len()).rev().find_map(|kept| Some((kept, fit(columns, rows, &full, kept, style)?)));
    let (kept, widths) = fitting.unwrap_or((1, full));
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
        let cells: Vec<String> = row.cells.iter().zip(&widths).map(|(cell, &width)| shortened(cell, width, style)).collect();
        let line = style.cut(&line(&columns[..kept], &widths, &cells), style.width);
        out += &row.state.map_or_else(|| line.clone(), |state| style.paint(state, &line));
        out.push('\n');
    }
    out
}

/// Widths at which the first columns fit, the last ones shortened first; rows that differ in the first column stay different.
fn fit(columns: &[Column], rows: &[Row], full: &[usize], kept: usize, style: Style) -> Option<Vec<usize>> {
    let mut widths = full.to_vec();
    let mut over = (0..kept).map(|k| columns[k].gap + full[k]).sum::<usize>().saturating_sub(style.width);
    for k in (0..kept).rev() {
        let by = over.min(full[k].saturating_sub(columns[k].least));
        (widths[k], over) = (widths[k] - by, over - by);
    }
    let mut names: Vec<String> = rows.iter().map(|row| shortened(&row.cells[0], widths[0], style)).collect();
    names.sort();
    names.dedup();
    (over == 0 && (widths[0] == full[0] || names.len() == rows.len())).then_some(widths)
}

/// A cell without its middle: names of variants differ at their end.
fn shortened(cell: &str, width: usize, style: Style) -> String {
    let (dots, length) = (if style.unicode { "…" } else { ".." }, cell.chars().count());
    if length <= width {
        return cell.into();
    }
    let rest = width.saturating_sub(dots.chars().count());
    let head: String = cell.chars().take(rest.div_ceil(2)).collect();
    let tail: String = cell.chars().skip(length - rest / 2).collect();
    format!("{head}{dots}{tail}")
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

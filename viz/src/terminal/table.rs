//! A table that shortens what may be shortened, and then loses columns from the right, where it is too wide.

use super::Style;
use crate::summary::NineState;

/// A column.
#[derive(Clone, Copy)]
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

/// As [`table`], but the columns of `spare`, the last one first, are lost before any other.
pub fn table_sparing(columns: &[Column], rows: &[Row], spare: &[usize], style: Style) -> String {
    let Some((first, spare)) =
        spare.split_first().filter(|_| fit(columns, rows, &widths(columns, rows), columns.len(), style).is_none())
    else {
        return table(columns, rows, style);
    };
    let mut columns = columns.to_vec();
    // Its heading stands over those that follow.
    let group = columns.remove(*first).group;
    if let (false, Some(next)) = (group.is_empty(), columns.get_mut(*first)) {
        next.group = group;
    }
    let without = |row: &Row| Row {
        cells: row.cells.iter().enumerate().filter(|(k, _)| k != first).map(|(_, c)| c.clone()).collect(),
        ..*row
    };
    let rows: Vec<Row> = rows.iter().map(without).collect();
    table_sparing(&columns, &rows, spare, style)
}

fn widths(columns: &[Column], rows: &[Row]) -> Vec<usize> {
    let width = |k: usize| {
        let cells = rows.iter().map(|row| row.cells[k].chars().count()).max().unwrap_or(0);
        cells.max(columns[k].head.chars().count())
    };
    (0..columns.len()).map(width).collect()
}

/// Lays out rows below the headings of their columns.
pub fn table(columns: &[Column], rows: &[Row], style: Style) -> String {
    let full = widths(columns, rows);
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

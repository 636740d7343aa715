//! Text for a terminal: the table of a run, marches, rates, the answers of a gate and of a comparison.
//!
//! Nothing wraps: a table that is too wide loses columns from the right, a list of names its last names. Colour only repeats what
//! a word says.

mod compare;
mod gate;
mod league;
mod march;
mod modes;
mod odd;
mod run;
mod table;

pub use compare::{compare, compare_answer};
pub use gate::{gate, gate_answer};
pub use league::league;
pub(crate) use march::state_at;
pub use march::{march, scenario_march};
pub use run::{by_need, lost_to, odd_lines, run_table};

use crate::numbers::counted;
use crate::summary::{NineState, Summary};

/// How text is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns that may be filled.
    pub width: usize,
    /// With ANSI colours.
    pub color: bool,
    /// With signs beyond ASCII.
    pub unicode: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 80, color: false, unicode: true }
    }
}

impl Style {
    /// The sign of a state of evidence.
    pub fn sign(&self, state: NineState) -> &'static str {
        match (state, self.unicode) {
            (NineState::Demonstrated, true) => "■",
            (NineState::Refuted, true) => "✗",
            (NineState::Open, true) => "○",
            (NineState::Demonstrated, false) => "[+]",
            (NineState::Refuted, false) => "[x]",
            (NineState::Open, false) => "[ ]",
        }
    }

    /// What stands where there is no number.
    pub fn none(&self) -> &'static str {
        if self.unicode { "–" } else { "-" }
    }

    /// Text in the colour of a state: green demonstrated, red refuted, yellow open.
    pub fn paint(&self, state: NineState, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.into();
        }
        let code = match state {
            NineState::Demonstrated => 32,
            NineState::Refuted => 31,
            NineState::Open => 33,
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// Text in bold.
    fn strong(&self, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.into() }
    }

    /// As many names as fit into `room` columns, and how many more there are.
    fn names(&self, names: &[&str], room: usize) -> String {
        for shown in (1..=names.len()).rev() {
            let mut text = names[..shown].join(", ");
            if shown < names.len() {
                text += &format!(" and {} more", names.len() - shown);
            }
            if text.chars().count() <= room {
                return text;
            }
        }
        self.cut(&counted(names.len() as u64, "scenario"), room)
    }

    /// Parts joined by `; `, the first one and as many more as fit into `room` columns.
    fn join(&self, parts: &[String], room: usize) -> String {
        let mut out = String::new();
        for part in parts.iter().filter(|part| !part.is_empty()) {
            if out.is_empty() {
                out = self.cut(part, room);
            } else if out.chars().count() + 2 + part.chars().count() <= room {
                out += "; ";
                out += part;
            }
        }
        out
    }

    /// A sentence in lines that fit, broken between words.
    fn wrap(&self, text: &str) -> String {
        let mut out = String::new();
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > self.width {
                out += &line;
                out.push('\n');
                line = "  ".into();
            } else if !line.is_empty() {
                line.push(' ');
            }
            line += word;
        }
        out + &line + "\n"
    }

    /// Text that fits into `room` columns.
    fn cut(&self, text: &str, room: usize) -> String {
        if text.chars().count() <= room {
            return text.into();
        }
        let (end, kept) = if self.unicode { ("…", room.saturating_sub(1)) } else { ("...", room.saturating_sub(3)) };
        let mut out: String = text.chars().take(kept).collect();
        out.push_str(end);
        out.chars().take(room).collect()
    }
}

/// Everything that `run` prints as its result: table, march, ODDs, caution, failure modes.
pub fn results(summary: &Summary, style: Style) -> String {
    let mut out = run_table(summary, style);
    out.push('\n');
    out += &march(summary, style);
    out += &odd_lines(summary, style);
    let modes = modes::modes(summary, style);
    if !modes.is_empty() {
        out += &format!("\n{modes}");
    }
    out
}

#[cfg(test)]
mod tests;

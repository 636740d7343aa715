//! Where words go: results to stdout, the rest to stderr; colour, width and signs of each.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// Where the stream is a terminal and nothing speaks against it.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Columns where there is no terminal: a pipe, or the log of a CI job, which loses nothing by long lines.
const NO_TERMINAL: usize = 120;

/// What `COLUMNS` asks for, if it is a width.
fn asked_width(columns: Option<&str>) -> Option<usize> {
    columns?.trim().parse().ok().filter(|width| (20..=1000).contains(width))
}

/// The two streams.
#[derive(Debug)]
pub struct Output {
    /// 0, or how often `-q` was given.
    quiet: u8,
    /// 0, or how often `-v` was given.
    pub verbose: u8,
    color: [bool; 2],
    width: usize,
    /// Whether somebody reads stdout at a terminal, or asked for a width.
    wraps: bool,
    unicode: bool,
    failed: Cell<Option<io::ErrorKind>>,
    /// Results are of a part of the work alone, and are left out.
    in_part: bool,
}

impl Output {
    /// The streams as they are, with what was asked for.
    pub fn new(color: ColorChoice, quiet: u8, verbose: u8) -> Self {
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let terminal = terminal_size::terminal_size().filter(|_| out || err).map(|(width, _)| usize::from(width.0).min(100));
        let asked = asked_width(std::env::var("COLUMNS").ok().as_deref());
        let (width, wraps) = (asked.or(terminal).unwrap_or(NO_TERMINAL), asked.is_some() || out);
        let color = [out, err].map(|terminal| color_of(color, terminal));
        Self { quiet, verbose, color, width, wraps, unicode: is_utf8(), failed: Cell::new(None), in_part: false }
    }

    /// The same without results: what is done is a part of more.
    pub fn in_part(&self) -> Self {
        Self { failed: Cell::new(None), in_part: true, ..*self }
    }

    /// How tables on stdout are drawn.
    pub fn style(&self) -> nines_viz::terminal::Style {
        nines_viz::terminal::Style { width: self.width, color: self.color[0], unicode: self.unicode }
    }

    /// Columns of the terminal.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Words after a head of `indent` columns, continued below it where they do not fit. A pipe keeps its lines whole.
    pub fn hanging(&self, indent: usize, words: &str) -> String {
        if !self.wraps || self.width < indent + 20 {
            return words.into();
        }
        let (mut out, mut used) = (String::new(), indent);
        for (k, word) in words.split(' ').enumerate() {
            let length = word.chars().count();
            if k > 0 && used + 1 + length > self.width {
                out += &format!("\n{}", " ".repeat(indent));
                used = indent;
            } else if k > 0 {
                out.push(' ');
                used += 1;
            }
            out += word;
            used += length;
        }
        out
    }

    /// Whether stdout or stderr is coloured.
    pub fn colors(&self) -> [bool; 2] {
        self.color
    }

    /// A result. A closed stdout is no error.
    pub fn result(&self, text: &str) {
        if self.quiet < 2 && !self.in_part {
            let mut stdout = io::stdout().lock();
            if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
                && error.kind() != io::ErrorKind::BrokenPipe
            {
                self.failed.set(Some(error.kind()));
            }
        }
    }

    /// Whether stderr is to hold no more than warnings and errors.
    pub fn is_quiet(&self) -> bool {
        self.quiet > 0
    }

    /// A line on stderr about what is done.
    pub fn note(&self, line: &str) {
        if self.quiet == 0 {
            self.line(line);
        }
    }

    /// A warning on stderr.
    pub fn warning(&self, text: &str) {
        if self.quiet == 0 {
            self.line(&self.paint(33, &format!("warning: {text}")));
        }
    }

    /// An error on stderr.
    pub fn error(&self, text: &str) {
        if self.quiet < 2 {
            self.line(text);
        }
    }

    /// Text in a colour for stderr.
    pub fn paint(&self, code: u8, text: &str) -> String {
        if self.color[1] { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.into() }
    }

    /// Why stdout could not be written, unless it was only closed.
    pub fn failed(&self) -> Option<io::ErrorKind> {
        self.failed.get()
    }

    fn line(&self, text: &str) {
        // Where stderr cannot be written there is nobody left to tell.
        _ = io::stderr().lock().write_all(format!("{text}\n").as_bytes());
    }
}

fn color_of(choice: ColorChoice, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR") || std::env::var_os("TERM").is_some_and(|term| term == "dumb") => false,
        ColorChoice::Auto => terminal || set("FORCE_COLOR"),
    }
}

/// Signs beyond ASCII are shown unless the locale says otherwise.
pub(super) fn is_utf8() -> bool {
    let first = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    first.is_none_or(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hang_below_their_head_where_they_do_not_fit() {
        let mut output = Output::new(ColorChoice::Never, 0, 0);
        (output.width, output.wraps) = (30, true);
        assert_eq!(output.hanging(10, "one two three four five six"), "one two three four\n          five six");
        output.wraps = false;
        assert_eq!(output.hanging(10, "one two three four five six"), "one two three four five six");
    }

    #[test]
    fn columns_is_heeded_where_it_is_a_width() {
        assert_eq!(
            [Some("132"), Some(" 80"), Some("0"), Some("wide"), None].map(asked_width),
            [Some(132), Some(80), None, None, None]
        );
    }
}

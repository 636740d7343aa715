//! Diagnostics as data: what is wrong with a scenario file, where, and the edit that mends it.

use crate::node::Span;
use crate::readable::readable;
use std::collections::BTreeSet;

/// A problem of a file. The message stands alone; the help names the edit. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[error("{file}:{line}:{column}: {message} ({code})")]
pub struct Diagnostic {
    /// What kind of problem it is; never changes its meaning.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The edit that mends it; empty where the message says all.
    pub help: String,
    /// File as named by the caller.
    pub file: String,
    /// Line of the first character.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column behind the last character.
    pub end_column: u32,
    /// Other places that belong to it.
    pub labels: Vec<Label>,
}

/// Another place of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Label {
    /// File as named by the caller.
    pub file: String,
    /// Line of the first character.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column behind the last character.
    pub end_column: u32,
    /// What is there.
    pub text: String,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used, but is probably not what its author means.
    Warning,
    /// Worth knowing; nothing to mend.
    Note,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $v:ident = $text:literal),* $(,)?) => {
        /// Kinds of problems. Their names are part of the contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])* $v),* }
        impl Code {
            /// All of them, by name.
            pub const ALL: &'static [Code] = &[$(Code::$v),*];
            /// Name: kebab-case words that never change meaning.
            pub const fn name(self) -> &'static str { match self { $(Code::$v => $text),* } }
            /// What it means, in a sentence.
            pub const fn about(self) -> &'static str { match self { $(Code::$v => concat!($($doc),*)),* } }
        }
    };
}

codes! {
    /// The scenario fails under every policy, for another reason than lack of progress.
    AlwaysFails = "always-fails",
    /// A name is not lower case with the separators of its kind, or is a word of the format.
    BadName = "bad-name",
    /// An expression cannot be read.
    BadExpression = "bad-expression",
    /// A lower bound is not below its upper bound, or an estimate lies outside of its interval.
    BoundsReversed = "bounds-reversed",
    /// The scenario has the name of one of the catalogue, and is another one.
    CatalogueName = "catalogue-name",
    /// A cue gives the hazard away at once.
    CueReveals = "cue-reveals",
    /// Actors wait for or follow each other, or files extend each other, in a circle.
    Cycle = "cycle",
    /// A parameter that takes single values is correlated with another.
    DiscreteParameter = "discrete-parameter",
    /// The other figures of a latent variable add up to 1, so that the state that takes the rest never happens.
    EmptyRest = "empty-rest",
    /// The same key stands twice in a mapping.
    DuplicateKey = "duplicate-key",
    /// The same word stands twice in a list, or the same pair is correlated twice.
    DuplicateEntry = "duplicate-entry",
    /// An estimate states its uncertainty twice: by a factor and by limits.
    EstimateContradiction = "estimate-contradiction",
    /// The file is larger than 1 MB.
    FileTooLarge = "file-too-large",
    /// A state that is not marked as hazard fails careful policies often.
    HarmlessFails = "harmless-fails",
    /// An agent is fixed to an actor that is farther away, and jumps there.
    HeldFromAfar = "held-from-afar",
    /// A list has fewer or more entries than what stands beside it needs.
    LengthMismatch = "length-mismatch",
    /// Even policies that see and brake fail with the hazard as often as one that sees nothing.
    HardlyAvoidable = "hardly-avoidable",
    /// An actor moves faster than any of its class, or a vehicle turns on the spot or is flung aside.
    ImpossibleMotion = "impossible-motion",
    /// A value is beyond what is known of roads, vehicles and people.
    ImplausibleValue = "implausible-value",
    /// Nothing tells two states of a latent variable apart.
    IndistinctStates = "indistinct-states",
    /// The probabilities of a cue's levels do not add up to 1 for a state.
    LikelihoodSum = "likelihood-sum",
    /// A field that has no default is missing.
    MissingField = "missing-field",
    /// A choice or a likelihood says nothing of a state.
    MissingState = "missing-state",
    /// A correlated parameter is a mixture whose parts do not follow each other by value.
    MixtureOrder = "mixture-order",
    /// No joint distribution has all the correlations that are given, with those that are not as 0.
    NotPositiveDefinite = "not-positive-definite",
    /// The scenario fails under no policy, not even one that sees nothing.
    NeverFails = "never-fails",
    /// It is not known how often a design domain meets the scenario.
    NoExposure = "no-exposure",
    /// No state is marked as the hazard, or every state of a latent variable is.
    NoHazard = "no-hazard",
    /// It is not known how often nature takes the hazard.
    NoPrior = "no-prior",
    /// A number that must be positive is not.
    NotPositive = "not-positive",
    /// Numbers of a list that must rise do not.
    NotRising = "not-rising",
    /// A value leaves the range of its field in some draw of the parameters.
    OutOfRange = "out-of-range",
    /// Two things stand in one another at the start.
    OverlapAtStart = "overlap-at-start",
    /// Natural priors of a latent variable do not add up to 1.
    PriorSum = "prior-sum",
    /// A probability is negative or above 1.
    ProbabilityRange = "probability-range",
    /// A hazard fails who heeds no cue in the same encounters as a state that is not marked as hazard.
    SameBehaviour = "same-behaviour",
    /// Design shares of a latent variable do not add up to 1.
    ShareSum = "share-sum",
    /// The first observation gives the hazard away.
    StateShows = "state-shows",
    /// The text is not YAML.
    Syntax = "syntax",
    /// The file has more nodes, aliases or depth than a scenario needs.
    TooComplex = "too-complex",
    /// More of something than the engine holds.
    TooMany = "too-many",
    /// There is no actor of that name, or it is of another kind.
    UnknownActor = "unknown-actor",
    /// There is no such class of objects.
    UnknownClass = "unknown-class",
    /// There is no such criterion.
    UnknownCriterion = "unknown-criterion",
    /// There is no such distribution.
    UnknownDistribution = "unknown-distribution",
    /// There is no such field here.
    UnknownField = "unknown-field",
    /// There is no such kind here.
    UnknownKind = "unknown-kind",
    /// There is no latent variable of that name.
    UnknownLatent = "unknown-latent",
    /// The operational design domain is not in the scenario's list.
    UnknownOdd = "unknown-odd",
    /// The agent has no mode of that name.
    UnknownMode = "unknown-mode",
    /// There is no parameter of that name.
    UnknownParameter = "unknown-parameter",
    /// There is no path of that name.
    UnknownPath = "unknown-path",
    /// There is no scenario of that name to extend, or its file cannot be read.
    UnknownScenario = "unknown-scenario",
    /// There are no rules of that jurisdiction, or their file cannot be read.
    UnknownRules = "unknown-rules",
    /// A source names a short name that neither the file nor the library explains.
    UnknownSource = "unknown-source",
    /// There is no state of that name.
    UnknownState = "unknown-state",
    /// The taxonomy of operational design domains has no such attribute, or the attribute no such value.
    UnknownTag = "unknown-tag",
    /// The library has nothing of that name.
    UnknownUse = "unknown-use",
    /// No built-in profile of an operational design domain has this name.
    UnprofiledOdd = "unprofiled-odd",
    /// An actor never comes near the ego's way, and hides nobody.
    UnreachableActor = "unreachable-actor",
    /// An agent neither starts in one of its modes nor gets there.
    UnreachedMode = "unreached-mode",
    /// Parameters or values of contradicting units are put together, or where another unit is asked for.
    UnitMismatch = "unit-mismatch",
    /// The file says a version of the format that this program does not read.
    UnsupportedSchema = "unsupported-schema",
    /// A part of the file could not be read, and no other problem says why.
    Unread = "unread",
    /// A tag of light or weather contradicts the environment.
    TagMismatch = "tag-mismatch",
    /// Encounters take so long that driving them was left out, in whole or in part.
    Untried = "untried",
    /// A comma between braces ends a value that was meant to go on.
    UnquotedComma = "unquoted-comma",
    /// A latent variable changes nothing.
    UnusedLatent = "unused-latent",
    /// A parameter changes nothing.
    UnusedParameter = "unused-parameter",
    /// Design shares of latent states stand beside natural priors that are all known.
    UnusedShare = "unused-share",
    /// A named value is used nowhere.
    UnusedValue = "unused-value",
    /// A demand's condition holds in no encounter, or a criterion can never fail.
    UnmetCondition = "unmet-condition",
    /// A variant changes nothing.
    UnusedVariant = "unused-variant",
    /// A weight is not positive, or the weights of a mixture do not add up to 1.
    WeightSum = "weight-sum",
    /// Nature never takes the hazard.
    ZeroHazard = "zero-hazard",
    /// A value is of another type than its field.
    WrongType = "wrong-type",
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

/// Most diagnostics listed of a file; the rest are counted.
pub const MAX_LISTED: usize = 100;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// What diagnostics call it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Collects the problems of one file and of those that it extends.
#[derive(Debug)]
pub(crate) struct Problems {
    files: Vec<SourceFile>,
    found: Vec<Diagnostic>,
    /// What is there already: what is written out more than once is wrong once.
    known: BTreeSet<(String, u32, u32, Code, String)>,
    errors: usize,
}

impl Problems {
    pub fn new(file: &str) -> Self {
        Self::of(SourceFile { name: file.to_owned(), text: String::new() })
    }

    /// Those of a file whose text is to be handed out with them.
    pub fn of(file: SourceFile) -> Self {
        Self { files: vec![file], found: Vec::new(), known: BTreeSet::new(), errors: 0 }
    }

    /// Makes another file known; its index.
    pub fn add_file(&mut self, file: SourceFile) -> u16 {
        let known = self.files.iter().position(|f| f.name == file.name);
        known.unwrap_or_else(|| {
            self.files.push(file);
            self.files.len() - 1
        }) as u16
    }

    /// What diagnostics call the file of that index.
    pub fn file_name(&self, file: u16) -> String {
        self.files.get(file as usize).map_or(String::new(), |f| f.name.clone()) // indices come from `add_file`
    }

    /// The files that were read.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// A collection for another reading of the same files.
    pub fn sibling(&self) -> Problems {
        Self { files: self.files.clone(), found: Vec::new(), known: BTreeSet::new(), errors: 0 }
    }

    /// Takes over the problems of another reading that are not here yet, marked by a place of that reading.
    pub fn absorb(&mut self, other: Problems, mark: Option<(Span, &str)>) {
        for file in other.files {
            self.add_file(file);
        }
        for d in other.found {
            if self.add(d)
                && let Some((at, text)) = mark
            {
                self.label(at, text);
            }
        }
    }

    /// Adds a problem, unless it is there.
    fn add(&mut self, d: Diagnostic) -> bool {
        let new = self.known.insert((d.file.clone(), d.line, d.column, d.code, d.message.clone()));
        if new {
            self.errors += usize::from(d.severity == Severity::Error);
            self.found.push(d);
        }
        new
    }

    pub fn error(&mut self, code: Code, at: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Severity::Error, code, at, message.into(), help.into());
    }

    pub fn warning(&mut self, code: Code, at: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Severity::Warning, code, at, message.into(), help.into());
    }

    /// Adds another place to the last problem.
    pub fn label(&mut self, at: Span, text: &str) {
        if let Some(last) = self.found.last_mut() {
            let Span { line, column, end_line, end_column, file } = at;
            let file = self.files.get(file as usize).map_or(String::new(), |f| f.name.clone());
            last.labels.push(Label { file, line, column, end_line, end_column, text: text.to_owned() });
        }
    }

    /// Forgets every problem after the first `n` errors: they were told before.
    pub fn forget_since(&mut self, n: usize) {
        while self.errors > n {
            let Some(last) = self.found.pop() else { return };
            self.errors -= usize::from(last.severity == Severity::Error);
            self.known.remove(&(last.file, last.line, last.column, last.code, last.message));
        }
    }

    /// What was read. Where there is nothing and no error says why, that is one: what is left out unsaid would not be missed.
    pub fn told<T>(&mut self, made: Option<T>, at: Span, what: &str) -> Option<T> {
        if made.is_none() && self.errors == 0 {
            let help = "this is a defect of the program: please report it with the file";
            self.error(Code::Unread, at, format!("{what} could not be read, for no reason that is known"), help);
        }
        made
    }

    /// Number of errors so far.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// All problems in the order of the file, at most [`MAX_LISTED`] and one that counts the rest.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        let order = |d: &Diagnostic| self.files.iter().position(|f| f.name == d.file);
        self.found.sort_by_key(|d| (order(d), d.line, d.column, d.code));
        if self.found.len() > MAX_LISTED {
            let rest = self.found.split_off(MAX_LISTED);
            if let Some(first) = rest.into_iter().reduce(|a, b| if a.severity == Severity::Error { a } else { b }) {
                let more = format!("{}; problems after the first {MAX_LISTED} are not listed", first.message);
                self.found.push(Diagnostic { message: more, ..first });
            }
        }
        self.found
    }

    fn push(&mut self, severity: Severity, code: Code, at: Span, message: String, help: String) {
        let Span { line, column, end_line, end_column, file } = at;
        let file = self.file_name(file);
        let (labels, message, help) = (Vec::new(), readable(message), readable(help));
        self.add(Diagnostic { code, severity, message, help, file, line, column, end_line, end_column, labels });
    }
}

/// "did you mean `x`?" where one of the names is near, else the list of names.
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let near = names.iter().map(|n| (strsim::osa_distance(word, n), *n)).min();
    // The same quantity without its unit, or in another one.
    let stem = |n: &str| n.rsplit_once('_').map_or(String::new(), |(stem, _)| stem.to_owned());
    let same = names.iter().find(|n| !stem(n).is_empty() && (stem(n) == word || stem(n) == stem(word)));
    match near {
        Some((distance, name)) if distance <= 1 + word.chars().count() / 4 => format!("did you mean `{name}`?"),
        _ if same.is_some() => format!("did you mean `{}`?", same.unwrap_or(&"")),
        Some(_) => format!("there are {}", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
        None => "there is none in this file".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_unsaid_is_an_error() {
        let mut problems = Problems::new("a.yaml");
        assert_eq!((problems.told(Some(1), Span::default(), "an actor"), problems.errors()), (Some(1), 0));
        assert_eq!(problems.told(None::<u8>, Span::default(), "an actor"), None);
        assert_eq!(problems.found[0].code, Code::Unread);
        // Where there is a reason, it is enough.
        assert_eq!((problems.told(None::<u8>, Span::default(), "a cue"), problems.errors()), (None, 1));
    }

    #[test]
    fn what_is_forgotten_may_be_told_again() {
        let mut problems = Problems::new("a.yaml");
        let tell = |p: &mut Problems, what: &str| p.error(Code::Cycle, Span::default(), what, "");
        tell(&mut problems, "first");
        tell(&mut problems, "second");
        problems.warning(Code::Cycle, Span::default(), "third", "");
        problems.forget_since(1);
        assert_eq!((problems.errors(), problems.found.len()), (1, 1));
        tell(&mut problems, "second");
        assert_eq!(problems.errors(), 2);
    }
}

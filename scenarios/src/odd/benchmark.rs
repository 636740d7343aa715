//! Human rates to draw beside a policy's, with what they count and what they must not be taken for.

use crate::diagnostic::{Code, Problems, nearest};
use crate::emit::Tree;
use crate::fields::{Fields, positive, text, truth};
use crate::node::{Kind, Node};

/// A human rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmark {
    /// What happens to whom, where and when.
    pub name: String,
    /// Events per 10^6 km: from, to; equal where one number is known.
    pub per_1e6_km: [f64; 2],
    /// How bad an event is.
    pub severity: Severity,
    /// What is counted: persons, crashed vehicles, crashes, claims.
    pub counts: String,
    /// How sure the figure is.
    pub sure: Sure,
    /// Whether it may be compared with a rate of this ODD; drawn dashed where not.
    pub comparable: bool,
    /// Where it comes from.
    pub source: String,
    /// What it must not be taken for.
    pub caveat: String,
}

/// How bad an event is, from slight to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Any contact.
    Contact,
    /// Damage.
    Damage,
    /// Reported to the police.
    PoliceReported,
    /// Any injury.
    Injury,
    /// An airbag opened.
    Airbag,
    /// Suspected serious injury or worse.
    SeriousInjury,
    /// Death.
    Death,
}

impl Severity {
    /// All of them, from slight to worst.
    pub const ALL: [Severity; 7] = [
        Severity::Contact,
        Severity::Damage,
        Severity::PoliceReported,
        Severity::Injury,
        Severity::Airbag,
        Severity::SeriousInjury,
        Severity::Death,
    ];

    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Contact => "contact",
            Severity::Damage => "damage",
            Severity::PoliceReported => "police-reported",
            Severity::Injury => "injury",
            Severity::Airbag => "airbag",
            Severity::SeriousInjury => "serious-injury",
            Severity::Death => "death",
        }
    }
}

/// How sure a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    /// Read in the source.
    Read,
    /// Worked out from figures that were.
    Derived,
    /// From memory, in part at least: check before it is quoted.
    Remembered,
}

impl Sure {
    /// All of them.
    pub const ALL: [Sure; 3] = [Sure::Read, Sure::Derived, Sure::Remembered];

    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Sure::Read => "read",
            Sure::Derived => "derived",
            Sure::Remembered => "remembered",
        }
    }
}

impl Benchmark {
    pub(crate) fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, node.span, "a benchmark", problems)?;
        let mut string = |name: &'static str| fields.require(name).and_then(|n| text(n, &format!("`{name}`"), problems));
        let (name, counts, source, caveat) = (string("name"), string("counts"), string("source"), string("caveat"));
        let rate = fields.require("per_1e6_km").and_then(|n| span_of(n, problems));
        let severity =
            fields.require("severity").and_then(|n| one_of(n, "severity", Severity::ALL.map(|s| (s.name(), s)), problems));
        let sure = fields.require("sure").and_then(|n| one_of(n, "sureness", Sure::ALL.map(|s| (s.name(), s)), problems));
        let comparable = fields.take("comparable").map_or(Some(true), |n| truth(n, "`comparable`", problems));
        fields.finish(problems);
        Some(Self {
            name: name?,
            per_1e6_km: rate?,
            severity: severity?,
            counts: counts?,
            sure: sure?,
            comparable: comparable?,
            source: source?,
            caveat: caveat?,
        })
    }

    pub(crate) fn tree(&self) -> Tree {
        let [from, to] = self.per_1e6_km;
        let rate = if from == to { Tree::number(from) } else { Tree::List(vec![Tree::number(from), Tree::number(to)]) };
        let text = |name: &str, value: &str| (name.to_owned(), Tree::text(value));
        Tree::Map(vec![
            text("name", &self.name),
            ("per_1e6_km".to_owned(), rate),
            text("severity", self.severity.name()),
            text("counts", &self.counts),
            text("sure", self.sure.name()),
            ("comparable".to_owned(), Tree::truth(self.comparable)),
            text("source", &self.source),
            ("caveat".to_owned(), Tree::Prose(self.caveat.clone())),
        ])
    }
}

/// A rate, or a span of rates from low to high.
fn span_of(node: &Node, problems: &mut Problems) -> Option<[f64; 2]> {
    let Kind::List(items) = &node.kind else {
        return positive(node, "`per_1e6_km`", problems).map(|rate| [rate, rate]);
    };
    let [low, high] = items.as_slice() else {
        problems.error(Code::WrongType, node.span, "a span of rates has two numbers", "write `[low, high]`");
        return None;
    };
    let (low, high) = (positive(low, "the lower rate", problems)?, positive(high, "the upper rate", problems)?);
    if low > high {
        problems.error(Code::BoundsReversed, node.span, format!("the span begins at {low} and ends at {high}"), "");
        return None;
    }
    Some([low, high])
}

/// One of some words.
pub(crate) fn one_of<T: Copy, const N: usize>(
    node: &Node,
    what: &str,
    all: [(&str, T); N],
    problems: &mut Problems,
) -> Option<T> {
    let word = text(node, &format!("a {what}"), problems)?;
    let found = all.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    if found.is_none() {
        let help = nearest(&word, all.iter().map(|(name, _)| *name));
        problems.error(Code::UnknownKind, node.span, format!("`{word}` is not a {what}"), help);
    }
    found
}

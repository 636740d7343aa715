//! Why a model cannot drive.

use std::fmt;

/// Why a model cannot drive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OnnxError {
    /// A setting: a model takes none.
    #[error("a model takes no settings, and was given `{setting}`")]
    Setting {
        /// Setting.
        setting: String,
    },
    /// The file cannot be read.
    #[error("`{path}` cannot be read: {why}")]
    Unreadable {
        /// File.
        path: String,
        /// What the system says.
        why: String,
    },
    /// The file is too large.
    #[error("`{path}` is larger than {limit} bytes")]
    TooLarge {
        /// File.
        path: String,
        /// Largest size that is allowed.
        limit: u64,
    },
    /// It is no ONNX file.
    #[error("it is no ONNX model: {why}")]
    NotOnnx {
        /// What is wrong with it.
        why: String,
    },
    /// Made for another layout of observations.
    #[error("its metadata `nines.observation`: expected `{expected}`, found `{found}`")]
    Layout {
        /// The layout of this program.
        expected: String,
        /// That of the model.
        found: String,
    },
    /// Made with an operator set that is not known.
    #[error("operator set: expected 9 to 18, found {found}")]
    OperatorSet {
        /// That of the model.
        found: i64,
    },
    /// An operator that cannot be run, or must not be.
    #[error("operator `{operator}` (node `{node}`): {why}")]
    Operator {
        /// Type of the operator, with its domain if it has one.
        operator: String,
        /// Name of the node, or of its first output.
        node: String,
        /// Why not.
        why: String,
    },
    /// A tensor that the layout does not have.
    #[error("{role} `{name}`: expected one of {}, found no such name", listed(known))]
    Name {
        /// Input or output.
        role: Role,
        /// Its name.
        name: String,
        /// Names that there are.
        known: &'static [&'static str],
        /// The nearest of them, where one is near.
        nearest: Option<&'static str>,
    },
    /// A tensor that a model must have.
    #[error("{role} `{name}`: expected {expected}, found none")]
    Missing {
        /// Input or output.
        role: Role,
        /// Its name.
        name: &'static str,
        /// What it would be.
        expected: String,
    },
    /// A tensor of another type, rank or size.
    #[error("{role} `{name}`: expected {expected}, found {found}")]
    Tensor {
        /// Input or output.
        role: Role,
        /// Its name.
        name: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// A model of a fixed number of rows that mixes them.
    #[error("its {rows} rows are not independent of each other: the actions of one change with what stands in the others")]
    Mixes {
        /// Rows.
        rows: usize,
    },
    /// Everything that is declared is right, and it still cannot be run.
    #[error("it cannot be run: {why}")]
    Broken {
        /// What tract says.
        why: String,
    },
}

impl OnnxError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let text = match self {
            OnnxError::Name { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            OnnxError::OperatorSet { .. } => "export it with `opset_version=17`".into(),
            OnnxError::Mixes { .. } => "export it with a dynamic first axis: then each world is run alone".into(),
            OnnxError::TooLarge { .. } | OnnxError::Setting { .. } | OnnxError::Unreadable { .. } | OnnxError::NotOnnx { .. } => {
                return None;
            }
            _ => "docs/onnx.md lists what a model must look like".into(),
        };
        Some(text)
    }
}

/// Which side of a model a tensor is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is given.
    Input,
    /// It is answered.
    Output,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Role::Input => "input",
            Role::Output => "output",
        })
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

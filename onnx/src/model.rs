//! From a file to something that opens sessions.

use crate::error::OnnxError;
use crate::plans::Plans;
use crate::session::Session;
use crate::signature::Signature;
use nines_sim::{BatchPolicy, PolicyFault, Sessions};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use tract_onnx::prelude::Framework;

/// What a model is loaded with besides its settings.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Largest file, bytes.
    pub largest_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { largest_bytes: 256 << 20 }
    }
}

/// A policy as an ONNX model.
#[derive(Clone)]
pub struct Model {
    bytes: Vec<u8>,
    plans: Plans,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let plan = self.plans.largest();
        f.debug_struct("Model")
            .field("bytes", &self.bytes.len())
            .field("rows", &self.rows())
            .field("fields", &plan.fields)
            .field("state", &plan.state)
            .finish()
    }
}

impl Model {
    /// Whether a name is that of a model file.
    pub fn is_named(name: &str) -> bool {
        Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("onnx"))
    }

    /// Loads a model, compiles it, and tries whether its rows are independent.
    ///
    /// # Errors
    /// [`OnnxError`].
    pub fn load(path: &Path, settings: &BTreeMap<String, Value>, options: &Options) -> Result<Self, OnnxError> {
        if let Some(setting) = settings.keys().next() {
            return Err(OnnxError::Setting { setting: setting.clone() });
        }
        Self::from_bytes(read(path, options.largest_bytes)?)
    }

    /// The model of a file's content. Weights outside of the file are not read.
    ///
    /// # Errors
    /// [`OnnxError`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, OnnxError> {
        // What a file that somebody else made can do to a parser is their fault, and an error.
        let compiled = catch_unwind(AssertUnwindSafe(|| compile(&bytes)));
        let plans = compiled.unwrap_or_else(|_| Err(OnnxError::Broken { why: "tract panics at it".into() }))?;
        Ok(Self { bytes, plans })
    }

    /// The file's content: what its fingerprint is taken of.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Rows of the compiled plans, ascending: those that the model is fixed at; 32 where its rows are independent to the bit, and smaller
    /// ones that answer the same bits; else 1.
    pub fn rows(&self) -> Vec<usize> {
        self.plans.rows()
    }
}

impl Sessions for Model {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Ok(Box::new(Session::new(&self.plans)))
    }
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, OnnxError> {
    let named = || path.display().to_string();
    let unreadable = |error: std::io::Error| OnnxError::Unreadable { path: named(), why: error.to_string() };
    let mut bytes = Vec::new();
    // One byte beyond the limit tells that there is more, whatever the file says of its length.
    File::open(path).and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(OnnxError::TooLarge { path: named(), limit });
    }
    Ok(bytes)
}

fn compile(bytes: &[u8]) -> Result<Plans, OnnxError> {
    let onnx = tract_onnx::onnx().with_ignore_value_info(true);
    let proto = onnx.proto_model_for_read(&mut &*bytes).map_err(|error| OnnxError::NotOnnx { why: format!("{error:#}") })?;
    let signature = Signature::of(&proto, &onnx)?;
    Plans::compile(&proto, &onnx, &signature)
}

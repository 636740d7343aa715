//! The plans of a model: one that most worlds go through, and smaller ones for what is left, where they answer the same bits.

use crate::error::OnnxError;
use crate::plan::Plan;
use crate::probe::{agree, independent};
use crate::signature::{ROWS, Signature};
use tract_onnx::Onnx;
use tract_onnx::pb::ModelProto;

/// Rows of smaller plans, ascending: one world alone is driven again often, and should not cost a whole block.
const SMALLER: [usize; 2] = [1, 8];

#[derive(Clone, Debug)]
pub(crate) struct Plans {
    /// By rows, ascending; at least one. All answer the same bits.
    all: Vec<Plan>,
}

impl Plans {
    /// Compiles a model, and tries what its plans may be used for.
    pub fn compile(proto: &ModelProto, onnx: &Onnx, signature: &Signature) -> Result<Self, OnnxError> {
        let of = |rows: usize| Plan::compile(proto, onnx, signature, rows);
        // Some exports write the number of rows of their example into the graph, and leave the axis open.
        let plan = of(signature.rows.unwrap_or(ROWS))
            .or_else(|error| if signature.rows.is_none() { of(1).map_err(|_| error) } else { Err(error) })?;
        match signature.rows {
            _ if plan.rows == 1 => Ok(Self { all: vec![plan] }),
            Some(rows) if !independent(&plan) => Err(OnnxError::Mixes { rows }),
            Some(_) => Ok(Self { all: vec![plan] }),
            None if !independent(&plan) => Ok(Self { all: vec![of(1)?] }),
            None => {
                let smaller = SMALLER.into_iter().filter_map(|rows| of(rows).ok()).filter(|small| agree(&plan, small));
                let mut all: Vec<Plan> = smaller.collect();
                all.push(plan);
                Ok(Self { all })
            }
        }
    }

    /// The plan that takes most rows.
    pub fn largest(&self) -> &Plan {
        &self.all[self.all.len() - 1]
    }

    /// The smallest plan that takes so many rows.
    pub fn holding(&self, rows: usize) -> &Plan {
        self.all.iter().find(|plan| plan.rows >= rows).unwrap_or(self.largest())
    }

    /// Rows of each plan, ascending.
    pub fn rows(&self) -> Vec<usize> {
        self.all.iter().map(|plan| plan.rows).collect()
    }
}

//! A model, compiled for one number of rows: tract wants to know it beforehand.

use crate::error::{OnnxError, Role};
use crate::signature::{Element, Fill, Input, Signature, actions};
use nines_sim::batch::ACTION_FIELDS;
use nines_sim::{ACTION_NEEDED, ObservationBatch};
use std::sync::Arc;
use tract_onnx::Onnx;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    runnable: Arc<TypedRunnableModel>,
    inputs: Vec<Input>,
    /// Rows of a run.
    pub rows: usize,
    /// Fields of an answer.
    pub fields: usize,
    /// Numbers that are remembered of a world.
    pub state: usize,
}

/// What a run answers: `[rows, fields]`, and `[rows, state]`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub actions: Vec<f32>,
    pub state: Vec<f32>,
}

impl Plan {
    /// Compiles a model for `rows` rows.
    pub fn compile(proto: &ModelProto, onnx: &Onnx, signature: &Signature, rows: usize) -> Result<Self, OnnxError> {
        let broken = |error: TractError| OnnxError::Broken { why: format!("{error:#}") };
        let parsed = onnx.parse(proto, None).map_err(broken)?;
        let mut model = parsed.model;
        // Weights that an old exporter lists among the inputs are constants here, not inputs.
        for (k, input) in signature.inputs.iter().enumerate() {
            model.set_input_fact(k, input.element.datum().fact(input.shape(rows)).into()).map_err(broken)?;
        }
        let wanted = if signature.state > 0 { &["actions", "state_out"][..] } else { &["actions"] };
        let outlets = wanted.iter().filter_map(|name| parsed.outlets_by_name.get(*name).copied()).collect::<Vec<_>>();
        model.select_output_outlets(&outlets).map_err(broken)?;
        let model = model.into_optimized().map_err(broken)?;
        let fields = answered(&model, 0, "actions", &actions(), rows, |m| (ACTION_NEEDED..=ACTION_FIELDS).contains(&m))?;
        let state = signature.state;
        if state > 0 {
            answered(&model, 1, "state_out", &format!("f32 [n, {state}]"), rows, |k| k == state)?;
        }
        let runnable = model.into_runnable().map_err(broken)?;
        Ok(Self { runnable, inputs: signature.inputs.clone(), rows, fields, state })
    }

    /// Runs some worlds of a batch. `memory` is `[slots, state]`. Rows that are left over repeat the last world, so that they cannot
    /// fault where no world does.
    pub fn run(&self, observations: &ObservationBatch, worlds: &[usize], memory: &[f32]) -> TractResult<Answer> {
        let Some(last) = worlds.last() else { return Ok(Answer { actions: Vec::new(), state: Vec::new() }) };
        let order: Vec<usize> = (0..self.rows).map(|row| *worlds.get(row).unwrap_or(last)).collect();
        let fill = |input: &Input| Ok(self.tensor(input, observations, &order, memory)?.into_tvalue());
        let inputs = self.inputs.iter().map(fill).collect::<TractResult<TVec<TValue>>>()?;
        let outputs = self.runnable.run(inputs)?;
        let numbers = |k: usize, width: usize| -> TractResult<Vec<f32>> {
            let all = outputs[k].try_as_plain_ram()?;
            Ok(all.as_slice::<f32>()?[..worlds.len() * width].to_vec())
        };
        let state = if self.state > 0 { numbers(1, self.state)? } else { Vec::new() };
        Ok(Answer { actions: numbers(0, self.fields)?, state })
    }

    fn tensor(&self, input: &Input, from: &ObservationBatch, order: &[usize], memory: &[f32]) -> TractResult<Tensor> {
        let (shape, width) = (input.shape(self.rows), input.width());
        let flags = |flags: &[u8]| {
            let flags = gather(flags, width, order.iter().copied());
            match input.element {
                Element::U8 => Tensor::from_shape(&shape, &flags),
                Element::Bool => Tensor::from_shape(&shape, &flags.iter().map(|v| *v != 0).collect::<Vec<_>>()),
                Element::I64 => Tensor::from_shape(&shape, &flags.iter().map(|v| i64::from(*v)).collect::<Vec<_>>()),
                Element::F32 => Tensor::from_shape(&shape, &flags.iter().map(|v| f32::from(*v)).collect::<Vec<_>>()),
            }
        };
        match input.fill {
            Fill::Ego => Tensor::from_shape(&shape, &gather(&from.ego, width, order.iter().copied())),
            Fill::Objects => Tensor::from_shape(&shape, &gather(&from.objects, width, order.iter().copied())),
            Fill::Priors => Tensor::from_shape(&shape, &gather(&from.priors, width, order.iter().copied())),
            Fill::Mask => flags(&from.mask),
            Fill::First => flags(&from.first),
            Fill::State => {
                let slots = order.iter().map(|w| from.slots[*w] as usize);
                Tensor::from_shape(&shape, &gather(memory, width, slots))
            }
        }
    }
}

impl Input {
    fn shape(&self, rows: usize) -> Vec<usize> {
        [&[rows], &*self.row].concat()
    }
}

impl Element {
    fn datum(self) -> DatumType {
        match self {
            Element::F32 => f32::datum_type(),
            Element::U8 => u8::datum_type(),
            Element::Bool => bool::datum_type(),
            Element::I64 => i64::datum_type(),
        }
    }
}

/// Rows of an array, in an order.
fn gather<T: Copy>(from: &[T], width: usize, order: impl Iterator<Item = usize>) -> Vec<T> {
    order.flat_map(|row| &from[row * width..(row + 1) * width]).copied().collect()
}

/// The width of an output as it comes out of the model, whatever it declares.
fn answered(
    model: &TypedModel,
    k: usize,
    name: &str,
    expected: &str,
    rows: usize,
    fits: impl Fn(usize) -> bool,
) -> Result<usize, OnnxError> {
    let fact = model.output_fact(k).map_err(|error| OnnxError::Broken { why: format!("{error:#}") })?;
    match fact.shape.as_concrete() {
        Some([n, width]) if *n == rows && fits(*width) && fact.datum_type == f32::datum_type() => Ok(*width),
        shape => {
            let kind = format!("{:?}", fact.datum_type).to_lowercase();
            let found = match shape {
                Some(shape) => format!("{kind} {shape:?} with {rows} rows given"),
                None => format!("{kind} of a size that depends on the numbers"),
            };
            Err(OnnxError::Tensor { role: Role::Output, name: name.into(), expected: expected.into(), found })
        }
    }
}

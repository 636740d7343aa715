//! What a model declares of itself, held against the layout: metadata, operators, inputs and outputs. Nothing is run here.

use crate::error::{OnnxError, Role};
use nines_sim::batch::{ACTION_FIELDS, EGO_FIELDS, OBJECT_FIELDS, PRIOR_FIELDS};
use nines_sim::{MAX_ACTORS, OBSERVATION_SCHEMA};
use std::collections::HashSet;
use tract_onnx::Onnx;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, ValueInfoProto, tensor_shape_proto::dimension, type_proto};

/// Rows of the largest plan where the model leaves them open.
pub(crate) const ROWS: usize = 32;
/// Most rows that a model may be fixed at, and most numbers that it may remember of a world: guards against absurd files.
const MOST: usize = 65_536;
const INPUTS: &[&str] = &["ego", "objects", "mask", "first", "priors", "state_in"];
const OUTPUTS: &[&str] = &["actions", "state_out"];
/// Operator sets that tract is tested with.
const OPERATOR_SETS: std::ops::RangeInclusive<i64> = 9..=18;

/// What fills an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    Ego,
    Objects,
    Mask,
    First,
    Priors,
    State,
}

/// Element type of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    F32,
    U8,
    Bool,
    I64,
}

/// An input, as the model declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    pub fill: Fill,
    pub element: Element,
    /// Shape after the first axis.
    pub row: Vec<usize>,
}

impl Input {
    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.row.iter().product()
    }
}

/// Inputs and outputs of a model that fits the layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// In the order of the graph.
    pub inputs: Vec<Input>,
    /// Rows that the model is fixed at, if it is.
    pub rows: Option<usize>,
    /// Numbers that are remembered of a world; 0 without a recurrent pair.
    pub state: usize,
}

impl Signature {
    /// Reads what a model declares.
    pub fn of(proto: &ModelProto, onnx: &Onnx) -> Result<Self, OnnxError> {
        let Some(graph) = &proto.graph else { return Err(OnnxError::NotOnnx { why: "it holds no graph".into() }) };
        layout(proto)?;
        let sets = proto.opset_import.iter().find(|set| set.domain.is_empty() || set.domain == "ai.onnx");
        let found = sets.map_or(0, |set| set.version);
        if !OPERATOR_SETS.contains(&found) {
            return Err(OnnxError::OperatorSet { found });
        }
        operators(graph, onnx)?;
        connected(graph, &HashSet::new())?;
        Self::of_graph(graph)
    }

    fn of_graph(graph: &GraphProto) -> Result<Self, OnnxError> {
        // Old exporters list weights among the inputs.
        let weights: HashSet<&str> = graph.initializer.iter().map(|tensor| &*tensor.name).collect();
        let mut rows = None;
        let mut inputs = Vec::new();
        for info in graph.input.iter().filter(|info| !weights.contains(&*info.name)) {
            inputs.push(input(info, &mut rows)?);
        }
        if inputs.is_empty() {
            return Err(OnnxError::Missing { role: Role::Input, name: "ego", expected: format!("f32 [n, {EGO_FIELDS}]") });
        }
        for info in &graph.output {
            known(Role::Output, &info.name, OUTPUTS)?;
        }
        let has_output = |name: &str| graph.output.iter().any(|info| info.name == name);
        if !has_output("actions") {
            return Err(OnnxError::Missing { role: Role::Output, name: "actions", expected: actions() });
        }
        let state = inputs.iter().find(|input| input.fill == Fill::State).map(Input::width);
        match (state, has_output("state_out")) {
            (Some(k), false) => {
                Err(OnnxError::Missing { role: Role::Output, name: "state_out", expected: format!("f32 [n, {k}]") })
            }
            (None, true) => Err(OnnxError::Missing { role: Role::Input, name: "state_in", expected: "f32 [n, k]".into() }),
            _ => Ok(Self { inputs, rows, state: state.unwrap_or(0) }),
        }
    }
}

/// What `actions` has to be.
pub(crate) fn actions() -> String {
    format!("f32 [n, 2 to {ACTION_FIELDS}]")
}

fn layout(proto: &ModelProto) -> Result<(), OnnxError> {
    let named = proto.metadata_props.iter().find(|entry| entry.key == "nines.observation");
    match named {
        Some(entry) if entry.value != OBSERVATION_SCHEMA => {
            Err(OnnxError::Layout { expected: OBSERVATION_SCHEMA.into(), found: entry.value.clone() })
        }
        _ => Ok(()),
    }
}

/// Name of a node for people: many exporters name none.
fn name(node: &NodeProto) -> String {
    if node.name.is_empty() { node.output.first().cloned().unwrap_or_default() } else { node.name.clone() }
}

fn subgraphs(node: &NodeProto) -> impl Iterator<Item = &GraphProto> {
    node.attribute.iter().flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs))
}

fn operators(graph: &GraphProto, onnx: &Onnx) -> Result<(), OnnxError> {
    for node in &graph.node {
        let own = matches!(&*node.domain, "" | "ai.onnx");
        let operator = if own { node.op_type.clone() } else { format!("{}.{}", node.domain, node.op_type) };
        let refuse = |why: &str| Err(OnnxError::Operator { operator: operator.clone(), node: name(node), why: why.into() });
        if !own && node.domain != "ai.onnx.ml" {
            return refuse("is not supported: it is of a domain of its own");
        }
        if !onnx.op_register.0.contains_key(&node.op_type) {
            return refuse("is not supported");
        }
        // Whatever it draws, nobody could drive it again.
        if node.op_type.starts_with("Random") || matches!(&*node.op_type, "Multinomial" | "Bernoulli") {
            return refuse("draws at random, so no rollout could be driven again");
        }
        for inner in subgraphs(node) {
            operators(inner, onnx)?;
        }
    }
    Ok(())
}

/// Everything that is read is made somewhere before. tract takes that for granted.
fn connected(graph: &GraphProto, outer: &HashSet<&str>) -> Result<(), OnnxError> {
    let mut made = outer.clone();
    made.extend(graph.input.iter().map(|info| &*info.name));
    made.extend(graph.initializer.iter().map(|tensor| &*tensor.name));
    let missing = |what: &str| Err(OnnxError::NotOnnx { why: format!("nothing makes the tensor `{what}`") });
    for node in &graph.node {
        if let Some(name) = node.input.iter().find(|name| !name.is_empty() && !made.contains(&***name)) {
            return missing(name);
        }
        for inner in subgraphs(node) {
            connected(inner, &made)?;
        }
        made.extend(node.output.iter().map(|name| &**name));
    }
    match graph.output.iter().find(|info| !made.contains(&*info.name)) {
        Some(info) => missing(&info.name),
        None => Ok(()),
    }
}

fn known(role: Role, name: &str, names: &'static [&'static str]) -> Result<(), OnnxError> {
    if names.contains(&name) {
        return Ok(());
    }
    let near = |known: &&&str| strsim::jaro_winkler(known, name);
    let nearest = names.iter().max_by(|a, b| near(a).total_cmp(&near(b))).filter(|known| near(known) > 0.7).copied();
    Err(OnnxError::Name { role, name: name.into(), known: names, nearest })
}

fn input(info: &ValueInfoProto, rows: &mut Option<usize>) -> Result<Input, OnnxError> {
    known(Role::Input, &info.name, INPUTS)?;
    let flags = "f32, u8, bool or int64";
    let (fill, types, shapes): (Fill, &str, &[&[Option<usize>]]) = match &*info.name {
        "ego" => (Fill::Ego, "f32", &[&[Some(EGO_FIELDS)]]),
        "objects" => (Fill::Objects, "f32", &[&[Some(MAX_ACTORS), Some(OBJECT_FIELDS)]]),
        "mask" => (Fill::Mask, flags, &[&[Some(MAX_ACTORS)]]),
        "first" => (Fill::First, flags, &[&[], &[Some(1)]]),
        "priors" => (Fill::Priors, "f32", &[&[Some(PRIOR_FIELDS)]]),
        _ => (Fill::State, "f32", &[&[None]]),
    };
    let expected = shapes.iter().map(|shape| written(Some("n"), shape)).collect::<Vec<_>>().join(" or ");
    let expected = format!("{types} {expected}");
    let (found_type, dims) = declared(info);
    let found = format!("{} {}", type_name(found_type), dims.as_ref().map_or("of unknown rank".into(), |dims| shown(dims)));
    let refuse =
        |expected: String| OnnxError::Tensor { role: Role::Input, name: info.name.clone(), expected, found: found.clone() };
    let element = match found_type {
        1 => Element::F32,
        2 => Element::U8,
        9 => Element::Bool,
        7 => Element::I64,
        _ => return Err(refuse(expected)),
    };
    if element != Element::F32 && types != flags {
        return Err(refuse(expected));
    }
    let Some((first, rest)) = dims.as_deref().and_then(<[Dim]>::split_first) else { return Err(refuse(expected)) };
    let Some(row) = shapes.iter().find_map(|shape| fit(shape, rest)) else { return Err(refuse(expected)) };
    if let Dim::Fixed(n) = first {
        let n = usize::try_from(*n).ok().filter(|n| (1..=MOST).contains(n));
        match (n, *rows) {
            (None, _) => return Err(refuse(format!("a first axis that is open or 1 to {MOST}"))),
            (Some(n), Some(other)) if n != other => return Err(refuse(format!("{other} rows, as another input has"))),
            _ => *rows = n,
        }
    }
    Ok(Input { fill, element, row })
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Dim {
    Fixed(i64),
    Open(String),
}

/// The row of an input if its shape is one that the layout allows. An open axis takes the layout's size; the width of a memory must be
/// declared.
fn fit(shape: &[Option<usize>], rest: &[Dim]) -> Option<Vec<usize>> {
    let one = |(want, is): (&Option<usize>, &Dim)| match (want, is) {
        (Some(want), Dim::Open(_)) => Some(*want),
        (Some(want), Dim::Fixed(is)) => (i64::try_from(*want) == Ok(*is)).then_some(*want),
        (None, Dim::Fixed(is)) => usize::try_from(*is).ok().filter(|k| (1..=MOST).contains(k)),
        (None, Dim::Open(_)) => None,
    };
    (shape.len() == rest.len()).then(|| shape.iter().zip(rest).map(one).collect()).flatten()
}

/// Number of the element type, and the axes if the rank is known.
fn declared(info: &ValueInfoProto) -> (i32, Option<Vec<Dim>>) {
    let Some(type_proto::Value::TensorType(tensor)) = info.r#type.as_ref().and_then(|t| t.value.as_ref()) else {
        return (0, None);
    };
    let dims = tensor.shape.as_ref().map(|shape| {
        let dim = |value: &Option<dimension::Value>| match value {
            Some(dimension::Value::DimValue(n)) => Dim::Fixed(*n),
            Some(dimension::Value::DimParam(name)) if !name.is_empty() => Dim::Open(name.clone()),
            _ => Dim::Open("?".into()),
        };
        shape.dim.iter().map(|axis| dim(&axis.value)).collect()
    });
    (tensor.elem_type, dims)
}

fn shown(dims: &[Dim]) -> String {
    let words = dims.iter().map(|dim| match dim {
        Dim::Fixed(n) => n.to_string(),
        Dim::Open(name) => name.clone(),
    });
    format!("[{}]", words.collect::<Vec<_>>().join(", "))
}

fn written(first: Option<&str>, rest: &[Option<usize>]) -> String {
    let rest = rest.iter().map(|n| n.map_or("k".into(), |n| n.to_string()));
    format!("[{}]", first.map(String::from).into_iter().chain(rest).collect::<Vec<_>>().join(", "))
}

/// Name of an element type by its number in ONNX.
fn type_name(number: i32) -> String {
    let names =
        ["undefined", "f32", "u8", "int8", "u16", "int16", "int32", "int64", "string", "bool", "f16", "f64", "u32", "u64"];
    usize::try_from(number).ok().and_then(|n| names.get(n)).map_or_else(|| format!("type {number}"), |name| (*name).into())
}

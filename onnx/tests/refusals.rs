//! What is no model for this layout is refused with the tensor, what was expected and what was found.

mod common;

use common::{load, path};
use nines_onnx::{Model, OnnxError, Options};
use std::collections::BTreeMap;

const NAMES: &str = "`ego`, `objects`, `mask`, `first`, `priors`, `state_in`";
const FITS: &str = "docs/onnx.md lists what a model must look like";

fn refusal(name: &str) -> OnnxError {
    load(&format!("refused/{name}")).expect_err(name)
}

#[test]
fn every_refusal_says_what_was_expected_and_found() {
    let table: &[(&str, String)] = &[
        ("input_name", format!("input `eggo`: expected one of {NAMES}, found no such name")),
        ("input_unknown", format!("input `lidar`: expected one of {NAMES}, found no such name")),
        ("input_rank", "input `ego`: expected f32 [n, 25], found f32 [25]".into()),
        ("input_size", "input `ego`: expected f32 [n, 25], found f32 [n, 24]".into()),
        ("input_type", "input `ego`: expected f32 [n, 25], found f64 [n, 25]".into()),
        ("input_flags", "input `ego`: expected f32 [n, 25], found u8 [n, 25]".into()),
        ("input_rows", "input `mask`: expected 4 rows, as another input has, found f32 [8, 32]".into()),
        ("input_empty", "input `ego`: expected a first axis that is open or 1 to 65536, found f32 [0, 25]".into()),
        ("input_shapeless", "input `ego`: expected f32 [n, 25], found f32 of unknown rank".into()),
        ("objects_size", "input `objects`: expected f32 [n, 32, 26], found f32 [n, 16, 26]".into()),
        ("no_inputs", "input `ego`: expected f32 [n, 25], found none".into()),
        ("output_name", "output `action`: expected one of `actions`, `state_out`, found no such name".into()),
        ("output_none", "output `actions`: expected f32 [n, 2 to 6], found none".into()),
        ("actions_one", "output `actions`: expected f32 [n, 2 to 6], found f32 [32, 1] with 32 rows given".into()),
        ("actions_seven", "output `actions`: expected f32 [n, 2 to 6], found f32 [32, 7] with 32 rows given".into()),
        ("actions_type", "output `actions`: expected f32 [n, 2 to 6], found f64 [32, 2] with 32 rows given".into()),
        ("actions_rows", "output `actions`: expected f32 [n, 2 to 6], found f32 [1, 25] with 32 rows given".into()),
        ("state_out_none", "output `state_out`: expected f32 [n, 3], found none".into()),
        ("state_in_none", "input `state_in`: expected f32 [n, k], found none".into()),
        ("state_width", "output `state_out`: expected f32 [n, 3], found f32 [32, 6] with 32 rows given".into()),
        ("state_open", "input `state_in`: expected f32 [n, k], found f32 [n, k]".into()),
        (
            "mixes",
            "its 8 rows are not independent of each other: the actions of one change with what stands in the others".into(),
        ),
        ("opset", "operator set: expected 9 to 18, found 21".into()),
        ("layout", "its metadata `nines.observation`: expected `nines.observation/1`, found `nines.observation/9`".into()),
        ("operator", "operator `Unique` (node `aside`): is not supported".into()),
        ("operator_domain", "operator `acme.Relu` (node `aside`): is not supported: it is of a domain of its own".into()),
        (
            "operator_random",
            "operator `RandomNormalLike` (node `aside`): draws at random, so no rollout could be driven again".into(),
        ),
        ("dangling", "it is no ONNX model: nothing makes the tensor `nowhere`".into()),
        ("empty", "it is no ONNX model: it holds no graph".into()),
    ];
    for (name, text) in table {
        assert_eq!(&refusal(name).to_string(), text, "{name}");
    }
}

#[test]
fn files_that_are_no_models_are_refused() {
    for (name, begin) in [
        ("text", "it is no ONNX model: "),
        ("cut", "it is no ONNX model: "),
        ("does_not_fit", "it cannot be run: "),
        ("external", "it cannot be run: "),
    ] {
        let text = refusal(name).to_string();
        assert!(text.starts_with(begin) && text.len() > begin.len() + 10, "{name}: {text}");
    }
    let text = load("no_such_file").unwrap_err().to_string();
    assert!(text.contains("no_such_file.onnx` cannot be read: No such file"), "{text}");
}

#[test]
fn every_refused_file_is_tested() {
    let folder = path("refused/text");
    let files = std::fs::read_dir(folder.parent().unwrap()).unwrap();
    let mut count = 0;
    for file in files {
        let name = file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        refusal(&name);
        assert!(include_str!("refusals.rs").contains(&format!("\"{name}\"")), "{name}");
        count += 1;
    }
    assert_eq!(count, 33);
}

#[test]
fn no_cut_of_a_file_panics() {
    let whole = std::fs::read(path("idm")).unwrap();
    for end in (0..whole.len()).step_by(37) {
        assert!(Model::from_bytes(whole[..end].to_vec()).is_err(), "{end} of {} bytes", whole.len());
    }
}

#[test]
fn help_names_the_edit() {
    let help = |name: &str| refusal(name).help();
    assert_eq!(help("input_name").as_deref(), Some("did you mean `ego`?"));
    assert_eq!(help("output_name").as_deref(), Some("did you mean `actions`?"));
    assert_eq!(help("input_unknown").as_deref(), Some(FITS));
    assert_eq!(help("opset").as_deref(), Some("export it with `opset_version=17`"));
    assert_eq!(help("mixes").as_deref(), Some("export it with a dynamic first axis: then each world is run alone"));
    assert_eq!(help("text"), None);
}

#[test]
fn settings_are_refused_by_name() {
    let settings = BTreeMap::from([("caution".to_owned(), serde_json::json!(1))]);
    let error = Model::load(&path("cruise"), &settings, &Options::default()).unwrap_err();
    assert_eq!(error, OnnxError::Setting { setting: "caution".into() });
    assert_eq!(error.to_string(), "a model takes no settings, and was given `caution`");
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let size = std::fs::metadata(path("cruise")).unwrap().len();
    let load = |largest_bytes| Model::load(&path("cruise"), &BTreeMap::new(), &Options { largest_bytes });
    assert_eq!(load(size).unwrap().bytes().len() as u64, size);
    let text = load(size - 1).unwrap_err().to_string();
    assert!(text.ends_with(&format!("cruise.onnx` is larger than {} bytes", size - 1)), "{text}");
}

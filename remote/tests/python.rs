//! The example server in Python drives as the same few formulas written here. It reads the wire by software that is not ours: gRPC's C
//! core, Python's protobuf and NumPy.
#![allow(clippy::print_stderr)]

mod common;

use common::*;
use nines_remote::{Limits, Remote};
use nines_sim::testing::{child_at_kerb, without_actions};
use nines_sim::{ActionBatch, BatchPolicy, FaultKind, ObservationBatch, Pilot, PolicyFault, Sessions, drive};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

/// True where Python has what the server needs; says aloud that the check is skipped where it has not.
fn there() -> bool {
    let found = Command::new("python3").args(["-c", "import grpc, grpc_tools, numpy"]).output().is_ok_and(|o| o.status.success());
    if !found {
        assert!(
            std::env::var("NINES_TOOLS").as_deref() != Ok("require"),
            "grpcio, grpcio-tools and numpy are required here, and missing"
        );
        eprintln!("SKIPPED: grpcio, grpcio-tools and numpy are not installed");
    }
    found
}

fn server_py() -> String {
    format!("exec:python3 '{}/../examples/grpc_policy/server.py'", env!("CARGO_MANIFEST_DIR"))
}

/// The policy of `server.py`.
#[derive(Debug)]
struct Same;

impl Sessions for Same {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Ok(Box::new(Same))
    }
}

impl BatchPolicy for Same {
    fn start(&mut self, _: u32) {}

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        for w in 0..observations.worlds {
            let (ego, objects) = (observations.ego_view(w), observations.objects_of(w));
            let stop_m = 5.0 + ego.speed_mps * ego.speed_mps / (2.0 * 4.0);
            let in_the_way = objects.iter().any(|(_, o)| o.route_s_m > 0.0 && o.route_s_m < stop_m && o.route_d_m.abs() < 2.0);
            let free = (0.5 * (ego.desired_mps - ego.speed_mps)).clamp(-2.0, 1.5);
            let steer = ego.route_curvature_ahead - 0.02 * ego.route_d_m - 0.2 * ego.heading_sin;
            let accel = if in_the_way { -4.0 } else { free };
            actions.set_row(w, [accel as f32, steer.clamp(-0.2, 0.2) as f32, 0.0, 0.0, 0.0, f32::NAN]);
        }
        Ok(())
    }
}

#[test]
fn a_server_in_python_drives_as_the_same_formulas_do_here() {
    if !there() {
        return;
    }
    let template = child_at_kerb(0.01);
    let expected = without_actions(drive(&job(&template, Pilot::External(&Same), 1), 0..100)).outcomes;
    let failed = expected.iter().filter(|o| o.failed()).count();
    assert!(failed > 0 && failed < 100, "{failed}");
    let (remote, said) = connect(&server_py(), PATIENCE, Limits { start: PATIENCE, ..Limits::default() });
    assert_eq!((said.name.as_str(), said.settings["brake_mps2"].as_str()), ("grpc-example", "4.0"));
    for batch in [1, 64] {
        let driven = served(&template, &remote, batch, 0..100);
        assert!(driven.first_fault.is_none(), "{:?}", driven.first_fault);
        same(&driven.outcomes, &expected);
    }
}

#[test]
fn what_python_refuses_and_raises_is_told() {
    if !there() {
        return;
    }
    let with = |setting: &str, value: &str| {
        let settings = BTreeMap::from([(setting.to_owned(), value.to_owned())]);
        Remote::connect_within(&server_py(), settings, PATIENCE, Limits { start: PATIENCE, ..Limits::default() })
    };
    assert_eq!(with("brake_mps2", "4.5").unwrap().1.settings["brake_mps2"], "4.5");
    let refused = with("breaks", "4").unwrap_err().to_string();
    assert_eq!(refused, "the policy refuses its settings: there is no setting ['breaks']; there is ['brake_mps2']");

    // The same server with a step that divides by zero.
    let template = child_at_kerb(0.0);
    let program = "import sys; sys.argv = sys.argv[1:]; import runpy; m = runpy.run_path(sys.argv[0]); \
                   m['Driver'].act = lambda *_: 1 / 0; m['main']()";
    let file = format!("{}/../examples/grpc_policy/server.py", env!("CARGO_MANIFEST_DIR"));
    let name = format!("exec:python3 -c \"{program}\" '{file}'");
    let (remote, _) = connect(&name, Duration::from_secs(30), Limits { start: PATIENCE, ..Limits::default() });
    let driven = served(&template, &remote, 4, 0..8);
    assert!(driven.outcomes.iter().all(|o| o.fault == Some((FaultKind::Panic, 0))));
    let text = driven.first_fault.unwrap().fault.text;
    assert!(text.contains("Exception iterating responses: division by zero"), "{text}");
}

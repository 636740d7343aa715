//! Pictures of what the rules of the reference drivers can prevent: `docs/drivers/*.svg`. `UPDATE=1 cargo test -p nines-sim --test boundary` draws
//! them anew; else they are compared. That the verdicts are the published ones is shown in `drivers.rs`.

mod common;

use common::jrc::{self, models};
use common::svg::{Axis, Picture};
use std::path::Path;

const FREE: &str = "#dcebe7";
const HIT: &str = "#c4462f";
const SIDE: &str = "#eda63f";
const OTHER: &str = "#9db4c6";

fn keep(name: &str, drawn: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/drivers").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == drawn, "{} is not what the rules say: UPDATE=1 draws it anew", path.display());
}

#[test]
fn cut_in() {
    let pairs = [(40, 30), (40, 10), (60, 10), (90, 10), (130, 70), (130, 10)];
    let columns = pairs.map(|(ego, other)| format!("{ego} behind {other} km/h"));
    let gap = |from, to, cells, ticks| Axis { title: "gap when the other car has begun to come in, m", from, to, cells, ticks };
    let low = || gap(0.5, 59.5, 59, &[10.0, 30.0, 50.0]);
    let high = || gap(0.0, 120.0, 60, &[20.0, 60.0, 100.0]);
    let picture = Picture {
        title: "Cut-in: who can prevent the collision",
        subtitle: "A car of the lane beside comes in at constant lateral speed (UN R157; grids of the JRC). Cars 4.3 m x 1.9 m, lanes 3.5 m.",
        columns: &columns,
        rows: &["CC", "CC lane", "Reg157", "FSM", "RSS"],
        x: &[low(), low(), low(), high(), high(), high()],
        y: Axis { title: "m/s sideways", from: -0.05, to: 1.75, cells: 18, ticks: &[0.0, 0.5, 1.0, 1.5] },
        legend: &[(FREE, "no collision"), (HIT, "front into the other's rear"), (SIDE, "side, the ego ahead")],
        panel_px: (132.0, 90.0),
    };
    let models = models();
    // Models in the order of the picture.
    let rows = [0, 4, 3, 1, 2];
    keep(
        "cut-in.svg",
        &picture.draw(|r, c, i, j| {
            let (ego, other) = pairs[c];
            let gap = if ego <= 60 { i as f64 + 1.0 } else { 2.0 * i as f64 + 1.0 };
            let run = jrc::cut_in(&models[rows[r]].1, f64::from(ego), f64::from(other), gap, jrc::lateral_mps(j as u32));
            [0, 2, 1][usize::from(run.collision)]
        }),
    );
}

#[test]
fn cut_out() {
    let lateral = [1, 3, 5, 8, 14];
    let columns = lateral.map(|k| format!("leaves at {:.1} m/s", jrc::leaving_mps(k)));
    let picture = Picture {
        title: "Cut-out: a standing car comes in sight",
        subtitle: "The car ahead, at the model's own gap, leaves the lane in front of a standing car; CC, FSM and RSS act once it has moved 0.375 m.",
        columns: &columns,
        rows: &["CC", "FSM", "RSS"],
        x: &[Axis {
            title: "gap from the leaving car to the standing one when it begins to leave, m",
            from: -0.5,
            to: 149.5,
            cells: 30,
            ticks: &[25.0, 75.0, 125.0],
        }],
        y: Axis { title: "km/h", from: 5.0, to: 135.0, cells: 13, ticks: &[10.0, 50.0, 90.0, 130.0] },
        legend: &[
            (FREE, "no collision"),
            (OTHER, "the leaving car hits the standing one"),
            (SIDE, "both do"),
            (HIT, "the ego hits"),
        ],
        panel_px: (160.0, 110.0),
    };
    let models = models();
    keep(
        "cut-out.svg",
        &picture.draw(|r, c, i, j| {
            let (run, hit) =
                jrc::cut_out(&models[r].1, 10.0 * (j + 1) as f64, 2.0 + 5.0 * i as f64, jrc::leaving_mps(lateral[c]));
            match (run.collision > 0, hit) {
                (false, false) => 0,
                (false, true) => 1,
                (true, true) => 2,
                (true, false) => 3,
            }
        }),
    );
}

#[test]
fn lead_braking() {
    let columns = ["CC", "FSM", "RSS"].map(String::from);
    let picture = Picture {
        title: "Deceleration: the car ahead brakes to a standstill",
        subtitle: "From the model's own following gap (CC: 2 s), the lead at constant deceleration. Colours: the smallest gap on the way.",
        columns: &columns,
        rows: &[""],
        x: &[Axis { title: "speed, km/h", from: 11.0, to: 129.0, cells: 59, ticks: &[20.0, 50.0, 80.0, 110.0] }],
        y: Axis { title: "lead brakes, g", from: 0.025, to: 0.975, cells: 19, ticks: &[0.2, 0.4, 0.6, 0.8] },
        legend: &[
            (FREE, "20 m and more"),
            ("#b9d7d0", "10 to 20 m"),
            ("#86b8b1", "5 to 10 m"),
            ("#4f8f8f", "2 to 5 m"),
            ("#2b6672", "less than 2 m"),
            (HIT, "collision"),
        ],
        panel_px: (240.0, 190.0),
    };
    let models = models();
    keep(
        "lead-braking.svg",
        &picture.draw(|_, c, i, j| {
            let run = jrc::lead_brakes(&models[c].1, 12.0 + 2.0 * i as f64, jrc::lead_mps2(j as u32 + 1));
            let steps = [20.0, 10.0, 5.0, 2.0];
            if run.collision > 0 { 5 } else { steps.iter().filter(|s| run.gap_m < **s).count() }
        }),
    );
}

//! `nines scenario catalogue`: the page of the catalogue and its pictures, for the repository's own documentation.

use super::page;
use super::preview::picture;
use crate::campaign::{Chosen, Scenario, select};
use crate::cli::cannot;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::policy::Policy;
use nines_sim::BuiltIn;
use std::fs;
use std::path::Path;

/// Encounters of a picture of the page.
const PICTURED: u64 = 16;
/// Pictures of many actors that move show fewer encounters, and stay this small.
const MOST_BYTES: usize = 60_000;
const SEED: u64 = 1;

/// Writes `catalogue.md` and, unless text alone is wanted, a picture for each scenario in `catalogue/`.
pub fn write(out: &Path, text_only: bool, output: &Output) -> Result<Exit, Failure> {
    let chosen = select(&[])?;
    let folder = out.join("catalogue");
    let make = |path: &Path| fs::create_dir_all(path).map_err(|e| cannot("make", path, &e));
    make(if text_only { out } else { &folder })?;
    let page_file = out.join("catalogue.md");
    fs::write(&page_file, page::page(&chosen)).map_err(|e| cannot("write", &page_file, &e))?;
    output.note(&format!("wrote {}", page_file.display()));
    if !text_only {
        let policy: Policy = BuiltIn::new("common-sense", &[])?.into();
        for Chosen { scenario, .. } in &chosen {
            let path = folder.join(format!("{}.svg", scenario.name));
            let fingerprint = Scenario::from(scenario).fingerprint;
            // By this one knows whether the picture shows the scenario as it is.
            let drawn = |number| format!("{}<!-- {fingerprint} -->\n", picture(scenario, &policy, number, SEED));
            let sizes = [PICTURED, 12, 8, 6, 4, 3].into_iter().map(drawn);
            let svg = sizes.into_iter().find(|svg| svg.len() < MOST_BYTES).unwrap_or_else(|| drawn(2));
            fs::write(&path, svg).map_err(|e| cannot("write", &path, &e))?;
            output.note(&format!("wrote {}", path.display()));
        }
    }
    Ok(Exit::Ok)
}

//! `nines schema`.

use super::args::SchemaName;
use super::exit::{Exit, Failure};
use super::lists::ScenarioList;
use super::output::Output;
use super::scenario::DiagnosticList;
use crate::campaign::{Record, pretty};
use crate::store;
use schemars::JsonSchema;

/// Prints the JSON schema of a document, or the columns of a table.
pub fn schema(name: SchemaName, output: &Output) -> Result<Exit, Failure> {
    output.result(&pretty(&match name {
        SchemaName::Scenario => nines_scenarios::schema(),
        SchemaName::Odd => nines_scenarios::odd_schema(),
        SchemaName::Rules => nines_scenarios::rules_schema(),
        SchemaName::Campaign => of::<Record>(),
        SchemaName::Summary => nines_viz::schema(),
        SchemaName::Gate => nines_viz::gate_schema(),
        SchemaName::Compare => nines_viz::compare_schema(),
        SchemaName::Observation => crate::policy::observation_schema(),
        SchemaName::Action => crate::policy::action_schema(),
        SchemaName::League => nines_viz::league_schema(),
        SchemaName::March => nines_viz::history_schema(),
        SchemaName::Bank => nines_viz::bank_schema(),
        SchemaName::Replay => nines_viz::replay_schema(),
        SchemaName::Scenarios => of::<ScenarioList>(),
        SchemaName::Diagnostics => of::<DiagnosticList>(),
        SchemaName::Rollouts => store::rows_columns(),
        SchemaName::Ledger => store::ledger_columns(),
        SchemaName::Searches => store::margins_columns(),
    }));
    Ok(Exit::Ok)
}

fn of<T: JsonSchema>() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

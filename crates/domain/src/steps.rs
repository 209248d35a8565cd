//! Stages and steps as data: a table says which step leads from where to where, and one function
//! reads it. What is not in the table is refused, with the steps that would be allowed.

use std::fmt::Display;

use thiserror::Error;

/// One row of a transition table.
#[derive(Debug, Clone, Copy)]
pub struct Transition<Stage: 'static, Step: 'static> {
    /// What is done.
    pub step: Step,
    /// Stages in which it may be done.
    pub from: &'static [Stage],
    /// The stage it leads to.
    pub to: Stage,
}

/// A step that the stage does not allow.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the stage is {stage}, which does not allow {step}; it allows {}", list(.allowed))]
pub struct WrongStage {
    /// The stage it is in, by its stored name.
    pub stage: String,
    /// The step that was tried.
    pub step: String,
    /// The steps it allows, in table order; empty at the end of the road.
    pub allowed: Vec<String>,
}

fn list(steps: &[String]) -> String {
    if steps.is_empty() { "no further step".to_owned() } else { steps.join(", ") }
}

/// The steps `stage` allows, in table order, each once.
pub fn allowed<Stage: PartialEq, Step: Copy + PartialEq>(
    table: &[Transition<Stage, Step>],
    stage: Stage,
) -> Vec<Step> {
    let mut steps: Vec<Step> =
        table.iter().filter(|row| row.from.contains(&stage)).map(|row| row.step).collect();
    steps.dedup();
    steps
}

/// Whether `step` may lead from `stage` to `to`; a step that goes back has a row for each end.
pub fn leads<Stage: PartialEq, Step: PartialEq>(
    table: &[Transition<Stage, Step>],
    stage: Stage,
    step: Step,
    to: Stage,
) -> bool {
    table.iter().any(|row| row.step == step && row.from.contains(&stage) && row.to == to)
}

/// The stage that `step` leads to from `stage`, the first where there are several.
///
/// # Errors
///
/// [`WrongStage`] if no row of `table` says so.
pub fn next<Stage: Copy + PartialEq + Display, Step: Copy + PartialEq + Display>(
    table: &[Transition<Stage, Step>],
    stage: Stage,
    step: Step,
) -> Result<Stage, WrongStage> {
    let row = table.iter().find(|row| row.step == step && row.from.contains(&stage));
    row.map(|row| row.to).ok_or_else(|| WrongStage {
        stage: stage.to_string(),
        step: step.to_string(),
        allowed: allowed(table, stage).iter().map(ToString::to_string).collect(),
    })
}

//! Grids: every test case of a prompt asked of several versions and models, kept with what came, what it cost and what people said of it.

mod pair;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    case::CaseForm,
    completion::{Finish, Measure},
    cost::Nanos,
    fault::{Fault, Problems},
    id::{GridId, ProjectId, PromptId, RunId},
    playground::{COLUMNS_MAX, Setting},
    prompt::{Draft, Params, PromptName},
    timestamp::Timestamp,
};

pub use pair::{Pair, Side, pair};

/// The most answers that a grid asks for at once.
pub const CONCURRENCY_MAX: u32 = 16;
/// The largest cost limit: a slip of the keyboard shall not cost a fortune.
const BUDGET_MAX: Nanos = Nanos(100_000_000_000_000);
/// The largest note on an answer, in characters.
pub const NOTE_MAX: usize = 2_000;

/// How a grid is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct GridForm {
    pub columns: Vec<Setting>,
    pub concurrency: u32,
    /// It stops before this is passed.
    pub budget: Nanos,
}

impl GridForm {
    /// # Errors
    /// Invalid naming each field at fault.
    pub fn check(&self) -> Result<(), Fault> {
        let mut problems = Problems::default();
        if self.columns.is_empty() || self.columns.len() > COLUMNS_MAX {
            problems.add("columns", format!("A grid has between 1 and {COLUMNS_MAX} columns."));
        }
        if self.concurrency == 0 || self.concurrency > CONCURRENCY_MAX {
            problems.add("concurrency", format!("Between 1 and {CONCURRENCY_MAX} answers are asked for at once."));
        }
        if self.budget <= Nanos::ZERO || self.budget > BUDGET_MAX {
            problems.add("budget", "The cost limit is more than $0 and at most $100,000.");
        }
        problems.check()
    }
}

/// One column of a grid, as it was when the grid began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridColumn {
    /// 0 for a draft.
    pub version: u32,
    /// The model that is asked.
    pub model: String,
    /// Instead of the version's own, one by one.
    #[serde(default)]
    pub params: Params,
    /// What the draft said; `None` for a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
}

impl GridColumn {
    /// "Version 3", "A draft".
    pub fn title(&self) -> String {
        if self.version == 0 { "A draft".to_owned() } else { format!("Version {}", self.version) }
    }

    /// As the address has it, to be asked again.
    pub fn setting(&self) -> Setting {
        let Params { temperature, max_tokens, seed, .. } = self.params;
        Setting { version: self.version, model: self.model.clone(), temperature, max_tokens, seed }
    }
}

/// A case as it was when the grid began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridCase {
    pub number: u32,
    #[serde(flatten)]
    pub form: CaseForm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GridState {
    Running,
    /// It can go on; `why` says why it does not.
    Stopped,
    Done,
}

impl GridState {
    pub fn as_str(self) -> &'static str {
        match self {
            GridState::Running => "running",
            GridState::Stopped => "stopped",
            GridState::Done => "done",
        }
    }
}

impl FromStr for GridState {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        [Self::Running, Self::Stopped, Self::Done].into_iter().find(|state| state.as_str() == text).ok_or_else(Fault::internal)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    pub id: GridId,
    pub project: ProjectId,
    pub prompt: PromptId,
    pub prompt_name: PromptName,
    pub columns: Vec<GridColumn>,
    pub cases: Vec<GridCase>,
    pub concurrency: u32,
    pub budget: Nanos,
    pub state: GridState,
    /// Why it stands, as a sentence.
    pub why: Option<String>,
    pub started_by: String,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

impl Grid {
    pub fn size(&self) -> usize {
        self.columns.len() * self.cases.len()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    #[default]
    Waiting,
    Running,
    Done,
    Failed,
}

impl CellState {
    pub fn as_str(self) -> &'static str {
        match self {
            CellState::Waiting => "waiting",
            CellState::Running => "running",
            CellState::Done => "done",
            CellState::Failed => "failed",
        }
    }

    pub fn is_over(self) -> bool {
        matches!(self, CellState::Done | CellState::Failed)
    }
}

impl FromStr for CellState {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        [Self::Waiting, Self::Running, Self::Done, Self::Failed].into_iter().find(|state| state.as_str() == text).ok_or_else(Fault::internal)
    }
}

/// What somebody thinks of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Up,
    Down,
}

impl Mark {
    pub fn as_str(self) -> &'static str {
        match self {
            Mark::Up => "up",
            Mark::Down => "down",
        }
    }
}

impl FromStr for Mark {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        [Self::Up, Self::Down].into_iter().find(|mark| mark.as_str() == text).ok_or_else(|| Fault::field("mark", "A mark is up or down."))
    }
}

/// One case asked of one column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Index in the grid's cases.
    pub row: usize,
    /// Index in its columns.
    pub column: usize,
    pub state: CellState,
    pub run: Option<RunId>,
    /// The answer; lists may have only its beginning.
    pub output: String,
    pub error: Option<String>,
    pub finish: Option<Finish>,
    pub measure: Option<Measure>,
    pub mark: Option<Mark>,
    pub note: String,
    /// Whether it is the expected answer; `None` where none is expected, or there is none yet.
    pub met: Option<bool>,
    /// Whoever marked it last.
    pub marked_by: Option<String>,
    pub changed_at: Timestamp,
}

/// Whether an answer is the expected one: the same words, whatever stands between them.
pub fn as_expected(expected: &str, output: &str) -> bool {
    expected.split_whitespace().eq(output.split_whitespace())
}

/// What a column came to so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub done: usize,
    pub failed: usize,
    pub up: usize,
    pub down: usize,
    /// Answers to cases that expect one, and how many of them are it.
    pub compared: usize,
    pub matched: usize,
    pub cost: Nanos,
    /// Some of its answers have no known price.
    pub unpriced: bool,
    /// The middle of the times that answers took, in microseconds.
    pub median_us: Option<u64>,
}

impl Tally {
    pub fn of<'c>(cells: impl Iterator<Item = &'c Cell>) -> Self {
        let (mut tally, mut times) = (Self::default(), Vec::new());
        for cell in cells {
            match cell.state {
                CellState::Done => tally.done += 1,
                CellState::Failed => tally.failed += 1,
                CellState::Waiting | CellState::Running => {}
            }
            match cell.mark {
                Some(Mark::Up) => tally.up += 1,
                Some(Mark::Down) => tally.down += 1,
                None => {}
            }
            if let Some(measure) = cell.measure {
                tally.unpriced |= measure.cost.is_none();
                tally.cost = tally.cost.saturating_add(measure.cost.unwrap_or_default());
                times.push(measure.total_us);
            }
            tally.compared += usize::from(cell.met.is_some());
            tally.matched += usize::from(cell.met == Some(true));
        }
        times.sort_unstable();
        tally.median_us = times.get(times.len() / 2).copied();
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(state: CellState, met: Option<bool>, cost: Option<i64>, total_us: u64, mark: Option<Mark>) -> Cell {
        let measure = state.is_over().then(|| Measure { cost: cost.map(Nanos), total_us, ..Measure::default() });
        Cell { state, met, measure, mark, ..Cell::default() }
    }

    #[test]
    fn a_column_is_tallied_with_its_marks_costs_and_expectations() {
        let cells = [
            cell(CellState::Done, Some(true), Some(3), 30, Some(Mark::Up)),
            cell(CellState::Done, Some(false), None, 10, Some(Mark::Down)),
            cell(CellState::Failed, None, Some(1), 20, None),
            cell(CellState::Running, None, None, 0, None),
        ];
        let wanted = Tally { done: 2, failed: 1, up: 1, down: 1, compared: 2, matched: 1, cost: Nanos(4), unpriced: true, median_us: Some(20) };
        assert_eq!(Tally::of(cells.iter()), wanted);
        assert_eq!(Tally::of(std::iter::empty()), Tally::default());
    }

    #[test]
    fn an_answer_is_expected_whatever_stands_between_its_words() {
        assert!(as_expected("Yes, it is.", "Yes,  it\nis.\n"));
        assert!(!as_expected("Yes, it is.", "yes, it is."));
    }

    #[test]
    fn a_grid_has_limits() {
        let form = |columns: &str, concurrency: u32, budget: i64| GridForm { columns: Setting::read_all(columns), concurrency, budget: Nanos(budget) };
        assert!(form("1;d~acme/echo", 4, 1).check().is_ok());
        let fault = form("", 17, 0).check().unwrap_err();
        assert!(["columns", "concurrency", "budget"].iter().all(|field| fault.of(field).is_some()), "{fault:?}");
        assert!(form("1", 1, i64::MAX).check().unwrap_err().of("budget").is_some());
    }
}

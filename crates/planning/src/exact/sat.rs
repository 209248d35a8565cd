//! CaDiCaL behind a narrow door: literals, clauses, bounded calls, and an end when told.

use cadical::{Callbacks, Solver};

/// A variable (positive) or its negation (negative).
pub(crate) type Lit = i32;

/// What one bounded call said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// There is a model; read it with [`Sat::is_true`].
    Yes,
    /// There is none under the assumptions; read those to blame with [`Sat::blamed`].
    No,
    /// Out of conflicts, or told to stop.
    Unknown,
}

/// Most literals in all clauses together: beyond this the memory is better left to others.
const MOST_LITERALS: usize = 8_000_000;

/// Asks whether to stop, and counts conflicts.
struct Watch<'a> {
    stop: &'a (dyn Fn() -> bool + Sync),
    conflicts: u64,
}

impl Callbacks for Watch<'_> {
    fn terminate(&mut self) -> bool {
        (self.stop)()
    }

    fn max_length(&self) -> i32 {
        i32::MAX
    }

    fn learn(&mut self, _clause: &[i32]) {
        self.conflicts += 1;
    }
}

/// A growing formula and its solver.
pub(crate) struct Sat<'a> {
    solver: Solver<Watch<'a>>,
    stop: &'a (dyn Fn() -> bool + Sync),
    variables: Lit,
    literals: usize,
    contradiction: bool,
}

impl<'a> Sat<'a> {
    /// An empty formula; `stop` is asked often and ends every call once it says so.
    pub(crate) fn new(stop: &'a (dyn Fn() -> bool + Sync)) -> Self {
        // Most time goes into finding the timetable that meets a bound already proved: the settings
        // for satisfiable formulas need up to half as many conflicts there.
        let mut solver = Solver::with_config("sat").unwrap_or_default();
        solver.set_callbacks(Some(Watch { stop, conflicts: 0 }));
        Self { solver, stop, variables: 0, literals: 0, contradiction: false }
    }

    /// A new variable.
    pub(crate) fn fresh(&mut self) -> Lit {
        self.variables += 1;
        self.variables
    }

    /// Adds a clause.
    pub(crate) fn clause(&mut self, literals: &[Lit]) {
        self.literals += literals.len();
        self.contradiction |= literals.is_empty();
        self.solver.add_clause(literals.iter().copied());
    }

    /// Whether building should end: too large, or told to stop.
    pub(crate) fn is_over(&self) -> bool {
        self.literals > MOST_LITERALS || (self.stop)()
    }

    /// Whether every call would end at once.
    pub(crate) fn is_told_to_stop(&self) -> bool {
        (self.stop)()
    }

    /// Conflicts in all calls so far.
    pub(crate) fn conflicts(&mut self) -> u64 {
        self.solver.get_callbacks().map_or(0, |watch| watch.conflicts)
    }

    /// Looks for a model under `assumptions`, for at most `conflicts` conflicts.
    pub(crate) fn solve(&mut self, assumptions: &[Lit], conflicts: u64) -> Answer {
        if (self.stop)() {
            return Answer::Unknown;
        }
        let limit = i32::try_from(conflicts).unwrap_or(i32::MAX);
        // The name of the limit is a constant that CaDiCaL knows.
        if self.solver.set_limit("conflicts", limit).is_err() {
            return Answer::Unknown;
        }
        match self.solver.solve_with(assumptions.iter().copied()) {
            Some(true) => Answer::Yes,
            Some(false) => Answer::No,
            None => Answer::Unknown,
        }
    }

    /// Whether `literal` holds in the model just found.
    pub(crate) fn is_true(&self, literal: Lit) -> bool {
        self.solver.value(literal) == Some(true)
    }

    /// Those of `assumptions` that the refutation just found used.
    pub(crate) fn blamed(&self, assumptions: &[Lit]) -> Vec<Lit> {
        assumptions.iter().copied().filter(|&literal| self.solver.failed(literal)).collect()
    }
}

//! A committed table of closed-loop results, as CSV: read, compared, and written anew only on
//! request.
//!
//! A row is one figure of one case. A case is named by its test and, where the test flies more
//! than one flight, by what is flown: `a_pose_is_held 1000 us`. The rows of a test are a group:
//! groups are compared and replaced whole.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

/// Decimals after the first digit: six significant digits.
///
/// Flights, and what the tests make of them, are the same bits on every processor, because no
/// function of the platform's mathematical library is in them. So the committed text must come
/// out again, and six digits are enough to see a valve that opens a tick later.
const DECIMALS: usize = 5;
const HEADER: &str = "case,figure,value,unit";

/// Tests run in threads of one process, and one at a time writes.
static WRITING: Mutex<()> = Mutex::new(());

/// Value and unit by case and figure: in the order of the file.
type Rows = BTreeMap<(String, String), (String, String)>;

/// What the flights of one test came to.
pub struct Results {
    test: &'static str,
    rows: Rows,
}

impl Results {
    /// None yet. `test` is the name of the test function.
    pub fn of(test: &'static str) -> Self {
        Self {
            test,
            rows: Rows::new(),
        }
    }

    /// Adds figures (name, value, unit) of the flight `flown`; it is empty where there is only one.
    pub fn add(&mut self, flown: &str, figures: &[(&str, f64, &str)]) {
        let case = format!("{} {flown}", self.test);
        for (figure, value, unit) in figures {
            assert!(value.is_finite(), "{case}: {figure}: {value}");
            let key = (case.trim_end().to_owned(), (*figure).to_owned());
            let cells = [&key.0, &key.1, *unit];
            assert!(cells.iter().all(|cell| !cell.contains([',', '"', '\n'])));
            let old = self.rows.insert(key, (text(*value), (*unit).to_owned()));
            assert!(old.is_none(), "{case}: {figure}: given twice");
        }
    }

    /// Compares them with the crate's table; with `UPDATE_REFS=1` writes them into it.
    ///
    /// # Panics
    /// Where they differ, with a line for each difference.
    #[track_caller]
    pub fn assert_as_committed(&self) {
        let table = Table::of_crate();
        if std::env::var_os("UPDATE_REFS").is_some_and(|wanted| wanted == "1") {
            table.write(self);
            return;
        }
        let lines = table.differences(self).join("\n");
        let where_ = "tests/data/closed_loop.csv (make update-refs writes it anew)";
        assert!(lines.is_empty(), "{where_}:\n{lines}");
    }
}

/// A committed table.
pub struct Table {
    path: PathBuf,
}

impl Table {
    /// That of the crate whose tests these are.
    fn of_crate() -> Self {
        Self::at(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/data/closed_loop.csv"
        ))
    }

    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// A line for each figure that is not as committed, or is on one side only.
    pub fn differences(&self, results: &Results) -> Vec<String> {
        let mut committed = self.read();
        committed.retain(|(case, _), _| test_of(case) == results.test);
        let mut lines = Vec::new();
        for (key, new) in &results.rows {
            let place = format!("{}: {}:", key.0, key.1);
            match committed.remove(key) {
                None => lines.push(format!("{place} not in the table, {} now", cell(new))),
                Some(old) if old != *new => lines.push(format!(
                    "{place} {} in the table, {} now",
                    cell(&old),
                    cell(new)
                )),
                Some(_) => {}
            }
        }
        let left = committed.iter().map(|((case, figure), old)| {
            let old = cell(old);
            format!("{case}: {figure}: {old} in the table, but no such figure is left")
        });
        lines.extend(left);
        lines
    }

    /// Replaces the rows of the test in the file.
    pub fn write(&self, results: &Results) {
        let _one = WRITING.lock().unwrap();
        let mut rows = self.read();
        rows.retain(|(case, _), _| test_of(case) != results.test);
        rows.extend(results.rows.clone());
        let lines = rows
            .iter()
            .map(|((case, figure), (value, unit))| format!("{case},{figure},{value},{unit}\n"));
        let text = format!("{HEADER}\n{}", lines.collect::<String>());
        std::fs::write(&self.path, text).unwrap();
    }

    /// The committed rows; none where there is no file yet.
    fn read(&self) -> Rows {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        let rows = text.lines().skip(1).map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let [case, figure, value, unit] = cells[..] else {
                panic!("{}: {line}: not {HEADER}", self.path.display());
            };
            let owned = |a: &str, b: &str| (a.to_owned(), b.to_owned());
            (owned(case, figure), owned(value, unit))
        });
        rows.collect()
    }
}

fn test_of(case: &str) -> &str {
    case.split(' ').next().unwrap_or(case)
}

fn cell((value, unit): &(String, String)) -> String {
    format!("{value} {unit}").trim_end().to_owned()
}

/// The value to the digits of the table, in its shortest form.
fn text(value: f64) -> String {
    let rounded: f64 = format!("{value:.DECIMALS$e}").parse().unwrap();
    rounded.to_string()
}

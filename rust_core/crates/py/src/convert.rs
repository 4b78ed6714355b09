//! Arguments from Python as numbers of the right shape.
//!
//! Whatever NumPy can turn into an array of float64 is taken: a list, a tuple, an array of another
//! type. Anything else is refused by its name, with what came and what is needed.

use numpy::ndarray::{ArrayViewD, Ix2};
use numpy::{AllowTypeChange, PyArrayLikeDyn};
use pyo3::prelude::*;
use qiki_alloc::AXES;
use qiki_craft::NOZZLES;

use crate::error::{CoreError, Result};

/// An argument that is to become an array.
pub(crate) type Given<'a, 'py> = &'a Bound<'py, PyAny>;
type Array<'py> = PyArrayLikeDyn<'py, f64, AllowTypeChange>;

fn array<'py>(name: &str, given: Given<'_, 'py>, needed: &str) -> Result<Array<'py>> {
    given.extract().map_err(|_| {
        let kind = given.get_type();
        let kind = kind
            .name()
            .map_or_else(|_| "?".to_owned(), |name| name.to_string());
        CoreError::value(format!(
            "{name}: {kind} given, numbers of shape {needed} needed"
        ))
    })
}

fn refused(name: &str, array: &ArrayViewD<'_, f64>, needed: &str) -> CoreError {
    let shape = match array.shape() {
        [one] => format!("({one},)"),
        more => {
            let sizes: Vec<_> = more.iter().map(ToString::to_string).collect();
            format!("({})", sizes.join(", "))
        }
    };
    CoreError::value(format!("{name}: shape {shape} given, {needed} needed"))
}

/// `count` numbers.
pub(crate) fn numbers(name: &str, given: Given<'_, '_>, count: usize) -> Result<Vec<f64>> {
    let needed = format!("({count},)");
    let array = array(name, given, &needed)?;
    let view = array.as_array();
    if view.shape() != [count] {
        return Err(refused(name, &view, &needed));
    }
    Ok(view.iter().copied().collect())
}

/// As many numbers as there are.
pub(crate) fn column(name: &str, given: Given<'_, '_>) -> Result<Vec<f64>> {
    let needed = "(N,)";
    let array = array(name, given, needed)?;
    let view = array.as_array();
    if view.ndim() != 1 {
        return Err(refused(name, &view, needed));
    }
    Ok(view.iter().copied().collect())
}

/// `N` numbers.
pub(crate) fn vector<const N: usize>(name: &str, given: Given<'_, '_>) -> Result<[f64; N]> {
    padded(name, given, N)
}

/// `count` numbers, and zeros up to `N`.
pub(crate) fn padded<const N: usize>(
    name: &str,
    given: Given<'_, '_>,
    count: usize,
) -> Result<[f64; N]> {
    let numbers = numbers(name, given, count)?;
    Ok(std::array::from_fn(|n| {
        numbers.get(n).copied().unwrap_or(0.0)
    }))
}

/// Rows of one wrench each: (N, 6).
pub(crate) fn wrenches(given: Given<'_, '_>) -> Result<Vec<[f64; AXES]>> {
    let (name, needed) = ("wrenches", format!("(N, {AXES})"));
    let array = array(name, given, &needed)?;
    let view = array.as_array();
    match view.view().into_dimensionality::<Ix2>() {
        Ok(rows) if rows.ncols() == AXES => Ok(rows
            .rows()
            .into_iter()
            .map(|row| std::array::from_fn(|i| row[i]))
            .collect()),
        _ => Err(refused(name, &view, &needed)),
    }
}

/// A control effectiveness with as many columns as `allowed`, zeros for the nozzles that are not
/// there; and how many columns there were.
pub(crate) fn effectiveness(
    given: Given<'_, '_>,
    allowed: std::ops::RangeInclusive<usize>,
) -> Result<([[f64; NOZZLES]; AXES], usize)> {
    let columns = match (*allowed.start(), *allowed.end()) {
        (first, last) if first == last => last.to_string(),
        (first, last) => format!("{first}..{last}"),
    };
    let (name, needed) = ("effectiveness", format!("({AXES}, {columns})"));
    let array = array(name, given, &needed)?;
    let view = array.as_array();
    match view.view().into_dimensionality::<Ix2>() {
        Ok(rows) if rows.nrows() == AXES && allowed.contains(&rows.ncols()) => {
            let count = rows.ncols();
            let at = |i: usize, n: usize| if n < count { rows[(i, n)] } else { 0.0 };
            let matrix = std::array::from_fn(|i| std::array::from_fn(|n| at(i, n)));
            Ok((matrix, count))
        }
        _ => Err(refused(name, &view, &needed)),
    }
}

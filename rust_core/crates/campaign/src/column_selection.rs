//! The columns of a case that somebody looks at.

use std::collections::BTreeSet;

use qiki_messages::for_each_column;

/// A name that no column has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("wanted: there is no column {name:?}; there are {}", names().collect::<Vec<_>>().join(", "))]
pub struct UnknownColumn {
    name: String,
}

/// Names of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSelection(BTreeSet<&'static str>);

impl ColumnSelection {
    /// Every column.
    #[must_use]
    pub fn all() -> Self {
        Self(names().collect())
    }

    /// Some columns, in whatever order.
    ///
    /// # Errors
    /// [`UnknownColumn`] names the first that is none.
    pub fn named<S: AsRef<str>>(
        wanted: impl IntoIterator<Item = S>,
    ) -> Result<Self, UnknownColumn> {
        let find = |name: S| {
            let found = names().find(|column| *column == name.as_ref());
            found.ok_or_else(|| UnknownColumn {
                name: name.as_ref().to_owned(),
            })
        };
        wanted
            .into_iter()
            .map(find)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether a column is one of them.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// The names of all columns, in their order.
fn names() -> impl Iterator<Item = &'static str> {
    let mut names = Vec::new();
    macro_rules! list {
        ($name:ident, $type:ty, $width:literal) => {
            names.push(stringify!($name));
        };
    }
    for_each_column!(list);
    names.into_iter()
}

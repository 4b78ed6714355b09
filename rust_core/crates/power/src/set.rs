//! Sets of a few named things as bits: no allocation, one stable order.

use std::marker::PhantomData;

/// A thing of which there are few enough for a [`Set`] of 8.
pub trait Member: Copy + 'static {
    /// All of them, in the order in which sets give them; at most 8.
    const ALL: &'static [Self];

    /// Where it stands in [`Member::ALL`].
    fn index(self) -> usize;
}

/// A set of [`Member`]s.
#[derive(Debug)]
pub struct Set<T>(u8, PhantomData<fn() -> T>);

// By hand, because deriving would ask the same of `T`.
impl<T> Clone for Set<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Set<T> {}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(0, PhantomData)
    }
}

impl<T> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Set<T> {}

impl<T: Member> Set<T> {
    /// Puts one in.
    pub fn insert(&mut self, member: T) {
        self.0 |= 1 << member.index();
    }

    /// Whether it is in.
    #[must_use]
    pub fn has(self, member: T) -> bool {
        self.0 & 1 << member.index() != 0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0, PhantomData)
    }

    /// Bit i is the i-th of [`Member::ALL`].
    #[must_use]
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Its members in their order.
    pub fn iter(self) -> impl Iterator<Item = T> {
        T::ALL.iter().copied().filter(move |m| self.has(*m))
    }
}

//! Tracks and the detections in their gates: a sparse table, a row for each track.

/// One detection in the gate of a track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Number of the detection.
    pub detection: u32,
    /// How much more probable it is that the track is there and caused the detection than that it
    /// was not detected: a ratio, where the detection is free.
    pub odds: f64,
    /// How free it is of other tracks, 0..1: what the association finds.
    pub free: f64,
}

/// All pairs, row by row.
#[derive(Debug, Clone, Default)]
pub struct Pairs {
    /// Where each row begins, and where the last one ends.
    starts: Vec<usize>,
    pairs: Vec<Pair>,
    detections: usize,
}

impl Pairs {
    /// Forgets all rows, and expects this many detections.
    pub fn clear(&mut self, detections: usize) {
        self.starts.clear();
        self.starts.push(0);
        self.pairs.clear();
        self.detections = detections;
    }

    /// Adds a pair to the row that is not yet ended.
    pub fn push(&mut self, detection: u32, odds: f64) {
        self.pairs.push(Pair {
            detection,
            odds,
            free: 1.0,
        });
    }

    /// Ends a row, of which the `most` pairs with the best odds stay. Returns how many went.
    pub fn end_row(&mut self, most: usize) -> usize {
        let begin = self.starts.last().copied().unwrap_or(0);
        let row = &mut self.pairs[begin..];
        row.sort_unstable_by(|a, b| {
            b.odds
                .total_cmp(&a.odds)
                .then(a.detection.cmp(&b.detection))
        });
        let gone = row.len().saturating_sub(most);
        self.pairs.truncate(self.pairs.len() - gone);
        self.starts.push(self.pairs.len());
        gone
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Number of detections.
    #[must_use]
    pub fn detections(&self) -> usize {
        self.detections
    }

    /// The pairs of a row, best odds first.
    #[must_use]
    pub fn row(&self, row: usize) -> &[Pair] {
        &self.pairs[self.starts[row]..self.starts[row + 1]]
    }

    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [Pair] {
        &mut self.pairs[self.starts[row]..self.starts[row + 1]]
    }

    pub(crate) fn all(&self) -> &[Pair] {
        &self.pairs
    }

    /// Number of the first pair of a row among all.
    pub(crate) fn start(&self, row: usize) -> usize {
        self.starts[row]
    }
}

//! Which points lie in a box: points sorted by the cell of space that they are in.

use nalgebra::Vector3;

type Cell = [i64; 3];

/// Points by cell; cells along z lie side by side.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    cell_m: f64,
    points: Vec<(Cell, u32)>,
}

impl Grid {
    pub(crate) fn new(cell_m: f64) -> Self {
        Self {
            cell_m,
            points: Vec::new(),
        }
    }

    /// Takes in these points, numbered as they come, instead of those from before.
    pub(crate) fn fill(&mut self, points: impl Iterator<Item = Vector3<f64>>) {
        self.points.clear();
        let cell_m = self.cell_m;
        let numbered = points.zip(0..).map(|(point, n)| (cell(&point, cell_m), n));
        self.points.extend(numbered);
        self.points.sort_unstable();
    }

    /// Shows every point of the cells that a box touches: all in the box, and some beside it.
    pub(crate) fn each_near(
        &self,
        centre: &Vector3<f64>,
        half_m: &Vector3<f64>,
        mut show: impl FnMut(u32),
    ) {
        let (low, high) = (
            cell(&(centre - half_m), self.cell_m),
            cell(&(centre + half_m), self.cell_m),
        );
        let wide = |axis: usize| high[axis].abs_diff(low[axis]).saturating_add(1);
        if wide(0).saturating_mul(wide(1)) >= self.points.len() as u64 {
            self.points.iter().for_each(|(_, n)| show(*n));
            return;
        }
        for x in low[0]..=high[0] {
            for y in low[1]..=high[1] {
                let begin = self
                    .points
                    .partition_point(|(cell, _)| *cell < [x, y, low[2]]);
                let column = self.points[begin..].iter();
                for (_, n) in column.take_while(|(cell, _)| *cell <= [x, y, high[2]]) {
                    show(*n);
                }
            }
        }
    }
}

fn cell(point: &Vector3<f64>, cell_m: f64) -> Cell {
    std::array::from_fn(|axis| (point[axis] / cell_m).floor() as i64)
}

#[cfg(test)]
mod tests;

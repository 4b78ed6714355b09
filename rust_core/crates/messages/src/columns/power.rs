//! Columns of the power plane, and of the limits on the nozzles.

use super::{Columns, fill, narrow};
use crate::telemetry::{Control, Feedback, PowerDetail};

impl Columns {
    pub(super) fn push_power_plane(&mut self, f: &Feedback) {
        const NODES: u32 = 4096;
        let detail = f.power_detail.as_ref();
        let carry = |column: &mut Vec<u8>, pick: fn(&PowerDetail) -> u32| {
            let bits = detail.map(|d| narrow(pick(d)));
            fill(column, 1, bits.as_slice(), 0);
        };
        carry(&mut self.loads_shed, |d| d.shed);
        carry(&mut self.loads_throttled, |d| d.throttled);
        carry(&mut self.power_faults, |d| d.faults);
        let tripped = (f.fresh & NODES != 0).then_some(f.nodes_tripped);
        fill(&mut self.nodes_tripped, 1, tripped.as_slice(), 0);
    }

    pub(super) fn push_limits(&mut self, c: &Control) {
        self.rcs_power_max_w.push(c.rcs_power_max_w);
        self.rcs_power_w.push(c.rcs_power_w);
        self.rcs_power_limits.push(c.rcs_power_limits);
        let mut limits = [0; 4];
        for (limit, value) in limits.iter_mut().zip(&c.cluster_limits) {
            *limit = narrow(*value);
        }
        self.cluster_limits.extend_from_slice(&limits);
        self.resting.push(c.resting);
        self.working_mass_low.push(c.working_mass_low);
        self.model_mismatch.push(c.model_mismatch as u8);
    }
}

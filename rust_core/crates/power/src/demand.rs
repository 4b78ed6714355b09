//! What is demanded of the power plane in one step.

use qiki_craft::{CLUSTERS, PowerPlane};

use crate::loads::{LOADS, Load};

/// Means over the step, and switches as they stand. What is not a positive finite number counts
/// as no demand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// Speed for the electrical drives, m/s.
    pub speed_mps: f64,
    /// Load of the computer, 0..1.
    pub mcqpu_ratio: f64,
    /// The radar is switched on.
    pub radar_on: bool,
    /// The transponder is switched on.
    pub transponder_on: bool,
    /// The narrow-band link is wanted.
    pub nbl_active: bool,
    /// The operator's limit for it, W; the craft's own limit holds besides.
    pub nbl_max_w: f64,
    /// Power of the nozzles, by cluster, W.
    pub rcs_cluster_w: [f64; CLUSTERS],
    /// A station is at the dock.
    pub dock_connected: bool,
}

impl Default for Demand {
    /// Everything on, nozzles closed, flying free.
    fn default() -> Self {
        Self {
            speed_mps: 0.0,
            mcqpu_ratio: 1.0,
            radar_on: true,
            transponder_on: true,
            nbl_active: true,
            nbl_max_w: f64::INFINITY,
            rcs_cluster_w: [0.0; CLUSTERS],
            dock_connected: false,
        }
    }
}

impl Demand {
    /// What each load demands, W; the charging of the supercapacitor is added by the stores.
    pub(crate) fn loads_w(&self, plane: &PowerPlane) -> [f64; LOADS] {
        let on = |switch: bool, power_w: f64| if switch { power_w } else { 0.0 };
        let mut requested_w = [0.0; LOADS];
        requested_w[Load::Base as usize] = plane.base_out_w;
        requested_w[Load::Motion as usize] = sound(plane.motion_w_per_mps * self.speed_mps);
        requested_w[Load::Mcqpu as usize] = plane.mcqpu_w * sound(self.mcqpu_ratio).min(1.0);
        requested_w[Load::Radar as usize] = on(self.radar_on, plane.radar_w);
        requested_w[Load::Transponder as usize] = on(self.transponder_on, plane.transponder_w);
        requested_w[Load::Nbl as usize] = on(self.nbl_active, self.nbl_limit_w(plane));
        requested_w[Load::Rcs as usize] = self.clusters_w().iter().sum();
        requested_w
    }

    /// Power of the nozzles, by cluster, W.
    pub(crate) fn clusters_w(&self) -> [f64; CLUSTERS] {
        self.rcs_cluster_w.map(sound)
    }

    /// The lower of the two limits of the narrow-band link, W; a limit of NaN or less is zero.
    fn nbl_limit_w(&self, plane: &PowerPlane) -> f64 {
        plane.nbl_w.min(self.nbl_max_w.max(0.0))
    }
}

fn sound(value: f64) -> f64 {
    if value.is_finite() && value > 0.0 {
        value
    } else {
        0.0
    }
}

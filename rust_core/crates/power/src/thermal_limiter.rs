//! Thermal limits of the clusters: how much thrust a nozzle may have, and how long it rests.
//!
//! * A temperature is reported every 0.2 s. Between the reports it is predicted from what the
//!   nozzles were commanded.
//! * From the warning temperature of its cluster's node up to the trip a nozzle's thrust is derated
//!   linearly to zero. Where the pulses that are open could still reach the trip, with all that the
//!   last report may have left out, the nozzles of the cluster end theirs. After a trip they stay closed until the node has cleared.
//! * After its longest opening a nozzle rests for [`REST_MIN_S`], and longer while its cluster is
//!   so warm that one more such opening would end above its warning temperature.
//! * A cluster without a valid temperature for [`STALE_S`] may use the share of thrust that its own
//!   cooling can carry for any time without reaching the warning temperature. Its nozzles rest as
//!   long as if it had tripped.
//!
//! Equations: `docs/math/power.md`.

use crate::limits::ClusterLimit;
use crate::set::Set;
use crate::watch::{NodeWatch, derating};
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, HeatSource, NOZZLES, NOZZLES_PER_CLUSTER};
use qiki_craft::{ThermalNode, ThermalPlane, ValveCommand, nozzles_in, nozzles_of};

/// Shortest rest after a longest opening, s. Temperatures come every 0.2 s, so five reports show
/// the heat of the opening (a nozzle's 4.2 kW heat its cluster by 22 K in 3 s) before the nozzle is
/// used again. Longer weakens every long push: at 3 s on and 1 s off a nozzle gives 75 %.
pub const REST_MIN_S: f64 = 1.0;
/// Longest rest, s: a cluster that is warmed from outside, or whose description has no cooling,
/// must not inhibit a nozzle for ever. Six times the 10.3 s that `dodeca-01` needs from its trip
/// (`docs/math/power.md`).
pub const REST_MAX_S: f64 = 60.0;
/// Age from which a temperature is unknown, s: five missing reports at 5 Hz (BotSpec). In this time
/// four nozzles of 4.2 kW heat their cluster by 30 K, so a cool cluster does not reach its trip
/// unseen. Shorter derates for a few lost frames.
const STALE_S: f64 = 1.0;
/// The temperature at which a cluster is ready may be at most this part of the way down from its
/// warning temperature to the environment, ratio. Below it cooling, which slows down towards the
/// environment, would take too long: half way takes 0.69 time constants.
const READY_DEPTH_MAX: f64 = 0.5;

/// What a report may leave out, s: the heat of as long a time before it. Electrical energy is
/// counted 50 times a second and a valve opens up to 10 ms late; the rest is for a frame that waits
/// on the bus. Longer counts more heat twice: at four open nozzles 0.1 s are 3 K.
const REPORT_LAG_S: f64 = 0.05;
/// Heating that the prediction leaves out, K: a hull at its trip of 140 °C heats a cluster by 0.05
/// K between two reports, a valve that closes 1 ms later than it opens adds 0.03 K to a pulse of
/// four nozzles.
const UNPREDICTED_K: f64 = 0.2;

/// Thermal node of one cluster.
#[derive(Debug, Clone)]
struct Cluster {
    watch: NodeWatch,
    /// Since the last valid temperature, ticks.
    age_ticks: u32,
    /// Its temperature by the last report and the commands since then, °C.
    predicted_c: f64,
    /// Heating by the commands of the present and of the last [`REPORT_LAG_S`], K.
    recent_k: [f64; 2],
    /// What the last report may have left out of it, K.
    left_out_k: f64,
    /// Heating per joule that its nozzles draw, K/J.
    k_per_j: f64,
    ambient_c: f64,
    /// Part of its excess over the environment by which its own cooling lowers it in a tick.
    cooling: f64,
    /// From here on its nozzles end their pulses, °C.
    stop_c: f64,
    /// Part of the full thrust of all its nozzles that its cooling carries for any time, 0..1.
    sustained: f64,
    /// Cool enough for one more longest opening of a nozzle, °C.
    ready_c: f64,
    /// From trip to ready, by its own cooling, µs.
    longest_us: u32,
}

impl Cluster {
    fn new(craft: &Craft, node: &ThermalNode, cluster: usize, times: &Times) -> Self {
        let plane = &craft.thermal;
        let nozzles = || craft.thrusters.iter().filter(|t| t.cluster == cluster);
        let heat = nozzles().map(|t| t.power_w_per_n * t.thrust_max_n * gain(node, cluster));
        let (all_w, most_w) = heat.fold((0.0, 0.0_f64), |(sum, most), w| (sum + w, most.max(w)));
        let capacity_j_per_k = node.heat_capacity_j_per_k;
        let loss_w_per_k = node.cooling_w_per_k + plane.ambient_exchange_w_per_k;
        let warm_k = node.warn_c - plane.ambient_c;
        let opening_k = most_w * f64::from(times.max_on_us) * 1e-6 / capacity_j_per_k;
        let ready_c = node.warn_c - opening_k.min(READY_DEPTH_MAX * warm_k);
        // A pulse that began in the last tick, when it was allowed still, goes on for so long.
        let period_s = f64::from(times.period_us) * 1e-6;
        let shortest_s = nozzles().map(|t| t.min_on_s).fold(0.0, f64::max);
        let pulse_k = all_w * (shortest_s + 2.0 * period_s) / capacity_j_per_k;
        Self {
            watch: NodeWatch::new(node),
            age_ticks: u32::MAX,
            predicted_c: node.init_c,
            recent_k: [0.0; 2],
            left_out_k: 0.0,
            k_per_j: gain(node, cluster) / capacity_j_per_k,
            ambient_c: plane.ambient_c,
            cooling: loss_w_per_k * period_s / capacity_j_per_k,
            stop_c: node.trip_c - pulse_k - UNPREDICTED_K,
            sustained: unit(loss_w_per_k * warm_k / all_w),
            ready_c,
            longest_us: micros(cooling_s(node, plane, ready_c)),
        }
    }

    fn observe(&mut self, temp_c: Option<f64>) {
        match temp_c.filter(|t| t.is_finite()) {
            Some(temp_c) => {
                self.watch.update(temp_c);
                self.predicted_c = temp_c;
                self.left_out_k = self.recent_k[0] + self.recent_k[1];
                self.age_ticks = 0;
            }
            None => self.age_ticks = self.age_ticks.saturating_add(1),
        }
    }

    /// A tick goes by in which its nozzles draw `energy_j`. A node that is colder than the
    /// environment is not warmed by it: that is the next report's.
    fn heat(&mut self, energy_j: f64) {
        let heated_k = self.k_per_j * energy_j;
        let excess_k = (self.predicted_c - self.ambient_c).max(0.0);
        self.predicted_c += heated_k - self.cooling * excess_k;
        self.recent_k[0] += heated_k;
    }

    /// Part of its full thrust that a nozzle may have, 0..1.
    fn share(&self, unknown: bool) -> f64 {
        let now = self.derating();
        if unknown {
            // Not more than the last temperature that was told allowed.
            now.min(self.sustained).min(self.watch.derating())
        } else {
            now
        }
    }

    fn derating(&self) -> f64 {
        if self.watch.tripped() {
            0.0
        } else {
            derating(self.predicted_c, self.watch.warn_c(), self.watch.trip_c())
        }
    }

    /// How far it is from where its nozzles have to end their pulses, at least, K.
    fn room_k(&self) -> f64 {
        if self.watch.tripped() {
            0.0
        } else {
            (self.stop_c - self.predicted_c - self.left_out_k).max(0.0)
        }
    }

    /// Its nozzles have to end their pulses.
    fn stopped(&self) -> bool {
        self.room_k() <= 0.0
    }

    /// What its nozzles may draw before they have to end their pulses, J.
    fn room_j(&self) -> f64 {
        if self.k_per_j > 0.0 {
            self.room_k() / self.k_per_j
        } else {
            f64::INFINITY
        }
    }

    /// What holds it back, but for rests.
    fn limits(&self, unknown: bool) -> Set<ClusterLimit> {
        let tripped = self.watch.tripped();
        let mut limits = Set::default();
        for (limit, holds) in [
            (ClusterLimit::HotTripped, tripped),
            (ClusterLimit::HotDerated, self.derating() < 1.0 && !tripped),
            (ClusterLimit::Unknown, unknown),
        ] {
            if holds {
                limits.insert(limit);
            }
        }
        limits
    }
}

/// Times that the limits go by, µs.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// The tick.
    period_us: u32,
    /// Longest opening.
    max_on_us: u32,
}

/// Openings and rests of one nozzle.
#[derive(Debug, Clone, Copy, Default)]
struct Opening {
    /// It is open at any level above zero; an on-time within the tick is a level and no edge.
    throttled: bool,
    /// What it draws, J per µs of its on-time.
    j_per_us: f64,
    /// How long it has been open without a pause, µs.
    open_us: u32,
    /// How long it has rested, where it rests, µs.
    rested_us: u32,
}

impl Opening {
    /// Records a tick. Returns whether a longest opening ends in it.
    fn record(&mut self, on_time_us: u32, times: &Times) -> bool {
        let Times {
            period_us,
            max_on_us,
        } = *times;
        let (on_us, max_on_us) = if self.throttled {
            // Open for whole ticks, so the longest opening is the ticks that fit into it.
            let whole_us = if on_time_us > 0 { period_us } else { 0 };
            (whole_us, max_on_us - max_on_us % period_us)
        } else {
            (on_time_us, max_on_us)
        };
        let open_us = self.open_us.saturating_add(on_us);
        let stays_open = on_us == period_us || self.open_us == 0;
        self.open_us = if stays_open { open_us } else { 0 };
        !stays_open && open_us >= max_on_us
    }
}

/// Heat of the clusters, as far as it limits nozzles. Bit n of a set is nozzle n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeatStatus {
    /// May not open.
    pub resting: u16,
    /// Ends its pulse as soon as it may: its cluster has tripped, or is about to.
    pub stopped: u16,
    /// Its cluster is at its warning temperature or above.
    pub warm: u16,
    /// Its cluster is cool enough for one more longest opening.
    pub ready: u16,
    /// Part of its full thrust that each nozzle may have, 0..1.
    pub share: [f64; NOZZLES],
    /// What the nozzles of each cluster may draw before they have to end their pulses, J.
    pub room_j: [f64; CLUSTERS],
    /// A cluster has tripped, or its temperature is unknown.
    pub forbids_burns: bool,
}

/// Derating, rests and trips of all nozzles.
#[derive(Debug, Clone)]
pub struct ThermalLimiter {
    times: Times,
    stale_ticks: u32,
    /// Length of [`REPORT_LAG_S`], and how much of the present one has gone by, ticks.
    lag_ticks: u32,
    since_lag_ticks: u32,
    /// None where the craft has no such node: nothing is known to be limited then.
    clusters: [Option<Cluster>; CLUSTERS],
    nozzles: [Opening; NOZZLES],
    /// Bit n: nozzle n has been open without a pause; it rests after a longest opening.
    open: u16,
    rests: u16,
    /// Bit n: the cluster of nozzle n has tripped; has to end its pulses; is known to be at its
    /// warning temperature or above; is known to be too warm for one more longest opening; has not
    /// told its temperature.
    tripped: u16,
    stopped: u16,
    warm: u16,
    too_warm: u16,
    unknown: u16,
    /// Part of its full thrust that a nozzle of each cluster may have, 0..1.
    share: [f64; CLUSTERS],
    /// What holds each cluster back, but for rests.
    heat_limits: [Set<ClusterLimit>; CLUSTERS],
    /// A cluster is or was so warm that the above follows its predicted temperature.
    follows: bool,
}

impl ThermalLimiter {
    /// The clusters' nodes are `rcs_c01`..`rcs_c04`. No temperature is known yet.
    pub fn new(craft: &Craft, max_on_us: u32, period_us: u32) -> Self {
        let times = Times {
            period_us,
            max_on_us,
        };
        let cluster = |c: usize| {
            let name = format!("rcs_c{:02}", c + 1);
            let node = craft.thermal.nodes.iter().find(|n| n.name == name)?;
            Some(Cluster::new(craft, node, c, &times))
        };
        let nozzle = |n: usize| {
            craft
                .thrusters
                .get(n)
                .map_or_else(Opening::default, |t| Opening {
                    throttled: t.throttleable,
                    j_per_us: t.power_w_per_n * t.thrust_max_n * 1e-6,
                    ..Opening::default()
                })
        };
        let mut limiter = Self {
            times,
            stale_ticks: micros(STALE_S) / period_us.max(1),
            lag_ticks: micros(REPORT_LAG_S).div_ceil(period_us.max(1)),
            since_lag_ticks: 0,
            clusters: std::array::from_fn(cluster),
            nozzles: std::array::from_fn(nozzle),
            open: 0,
            rests: 0,
            tripped: 0,
            stopped: 0,
            warm: 0,
            too_warm: 0,
            unknown: 0,
            share: [1.0; CLUSTERS],
            heat_limits: [Set::default(); CLUSTERS],
            follows: false,
        };
        limiter.update_clusters();
        limiter
    }

    /// Takes in the temperatures of this tick, if there are any.
    pub fn observe(&mut self, feedback: &Feedback) {
        let heard = feedback.fresh.has(Fresh::THERMAL);
        let mut changed = heard || self.follows;
        for (cluster, temp_c) in self.clusters.iter_mut().zip(feedback.cluster_temp_c) {
            if let Some(cluster) = cluster {
                cluster.observe(heard.then_some(temp_c));
                // The tick in which its temperature becomes unknown.
                changed |= cluster.age_ticks == self.stale_ticks.saturating_add(1);
            }
        }
        if changed {
            self.update_clusters();
        }
    }

    fn update_clusters(&mut self) {
        (self.tripped, self.stopped, self.unknown) = (0, 0, 0);
        (self.warm, self.too_warm, self.follows) = (0, 0, false);
        for c in 0..CLUSTERS {
            if let Some(cluster) = &self.clusters[c] {
                let unknown = self.is_unknown(cluster);
                self.share[c] = cluster.share(unknown);
                let (watch, nozzles) = (&cluster.watch, nozzles_of(c));
                let put = |set: &mut u16, holds: bool| *set |= if holds { nozzles } else { 0 };
                let predicted_c = cluster.predicted_c;
                put(&mut self.tripped, watch.tripped());
                put(&mut self.stopped, cluster.stopped());
                put(&mut self.unknown, unknown);
                put(&mut self.warm, !unknown && predicted_c >= watch.warn_c());
                put(
                    &mut self.too_warm,
                    !unknown && predicted_c > cluster.ready_c,
                );
                self.heat_limits[c] = cluster.limits(unknown);
                self.follows |= predicted_c > cluster.ready_c;
            }
        }
    }

    /// Records what was commanded in this tick.
    pub fn record_command(&mut self, command: &ValveCommand) {
        let mut cluster_j = [0.0; CLUSTERS];
        for n in nozzles_in(command.nozzles_opened()) {
            let on_us = f64::from(command.on_time_us[n]);
            cluster_j[n / NOZZLES_PER_CLUSTER] += self.nozzles[n].j_per_us * on_us;
        }
        self.record_energy(&cluster_j);
        for n in nozzles_in(self.rests) {
            let rested_us = self.nozzles[n]
                .rested_us
                .saturating_add(self.times.period_us);
            self.nozzles[n].rested_us = rested_us;
            if self.rested(n, rested_us) {
                self.rests &= !(1 << n);
            }
        }
        for n in nozzles_in(self.open | command.nozzles_opened()) {
            let nozzle = &mut self.nozzles[n];
            if nozzle.record(command.on_time_us[n], &self.times) {
                nozzle.rested_us = 0;
                self.rests |= 1 << n;
            }
            self.open = self.open & !(1 << n) | u16::from(nozzle.open_us > 0) << n;
        }
    }

    /// A tick goes by in which the nozzles of each cluster draw so much, J.
    pub fn record_energy(&mut self, cluster_j: &[f64; CLUSTERS]) {
        self.since_lag_ticks += 1;
        let lag_is_over = self.since_lag_ticks >= self.lag_ticks;
        if lag_is_over {
            self.since_lag_ticks = 0;
        }
        for (cluster, energy_j) in self.clusters.iter_mut().zip(cluster_j) {
            if let Some(cluster) = cluster {
                cluster.heat(*energy_j);
                self.follows |= cluster.predicted_c > cluster.ready_c;
                if lag_is_over {
                    cluster.recent_k = [0.0, cluster.recent_k[0]];
                }
            }
        }
    }

    /// All of it together.
    pub fn status(&self) -> HeatStatus {
        HeatStatus {
            resting: self.resting(),
            stopped: self.stopped,
            warm: self.warm(),
            ready: self.ready(),
            share: self.shares(),
            room_j: self.room_j(),
            forbids_burns: self.forbids_burns(),
        }
    }

    /// Bit n: nozzle n may not open in this tick: it rests, or its cluster has tripped or is about
    /// to.
    pub fn resting(&self) -> u16 {
        self.rests | self.stopped
    }

    /// Part of its full thrust that a nozzle may be given now, 0..1.
    pub fn share(&self, nozzle: usize) -> f64 {
        let rests = self.rests >> nozzle & 1 == 1;
        if rests && self.cluster_of(nozzle).is_some() {
            0.0
        } else {
            self.share[nozzle / NOZZLES_PER_CLUSTER]
        }
    }

    /// [`ThermalLimiter::share`] of all nozzles.
    #[must_use]
    pub fn shares(&self) -> [f64; NOZZLES] {
        let mut shares = std::array::from_fn(|n| self.share[n / NOZZLES_PER_CLUSTER]);
        for n in nozzles_in(self.rests) {
            shares[n] = self.share(n);
        }
        shares
    }

    fn room_j(&self) -> [f64; CLUSTERS] {
        let room_j = |cluster: &Option<Cluster>| cluster.as_ref().map(Cluster::room_j);
        std::array::from_fn(|c| room_j(&self.clusters[c]).unwrap_or(f64::INFINITY))
    }

    /// Bit n: the cluster of nozzle n is known to be at its warning temperature or above.
    pub fn warm(&self) -> u16 {
        self.warm
    }

    /// Bit n: the cluster of nozzle n is not known to be too warm for one more longest opening.
    pub fn ready(&self) -> u16 {
        !self.too_warm
    }

    /// Whether any cluster is tripped or of unknown temperature.
    pub fn forbids_burns(&self) -> bool {
        self.tripped | self.unknown != 0
    }

    /// Limits in force, for each cluster.
    pub fn limits(&self) -> [Set<ClusterLimit>; CLUSTERS] {
        let mut limits = self.heat_limits;
        for (c, limits) in limits.iter_mut().enumerate() {
            if self.rests & nozzles_of(c) != 0 {
                limits.insert(ClusterLimit::Cooldown);
            }
        }
        limits
    }

    /// Whether a nozzle has rested long enough.
    fn rested(&self, nozzle: usize, rested_us: u32) -> bool {
        if rested_us < micros(REST_MIN_S) {
            return false;
        }
        self.cluster_of(nozzle).is_none_or(|cluster| {
            let cool = !self.is_unknown(cluster) && cluster.predicted_c <= cluster.ready_c;
            cool || rested_us >= cluster.longest_us
        })
    }

    fn is_unknown(&self, cluster: &Cluster) -> bool {
        cluster.age_ticks > self.stale_ticks
    }

    fn cluster_of(&self, nozzle: usize) -> Option<&Cluster> {
        self.clusters[nozzle / NOZZLES_PER_CLUSTER].as_ref()
    }
}

/// Heat into the node per watt that its cluster's nozzles draw, W/W.
fn gain(node: &ThermalNode, cluster: usize) -> f64 {
    let own = [
        HeatSource::RcsCluster0W,
        HeatSource::RcsCluster1W,
        HeatSource::RcsCluster2W,
        HeatSource::RcsCluster3W,
    ][cluster];
    let counts = |source| source == own || source == HeatSource::RcsW;
    let inputs = node.heat.iter().filter(|h| counts(h.source));
    inputs.map(|h| h.gain).sum()
}

/// Time from the trip down to `ready_c` by the node's own cooling alone, s.
fn cooling_s(node: &ThermalNode, plane: &ThermalPlane, ready_c: f64) -> f64 {
    let tau_s =
        node.heat_capacity_j_per_k / (node.cooling_w_per_k + plane.ambient_exchange_w_per_k);
    let span_s = tau_s * ((node.trip_c - plane.ambient_c) / (ready_c - plane.ambient_c)).ln();
    if span_s <= REST_MAX_S {
        span_s.max(REST_MIN_S)
    } else {
        REST_MAX_S
    }
}

/// Limited to 0..1. NaN is 1: it comes from a node that nothing heats.
fn unit(value: f64) -> f64 {
    if value < 1.0 { value.max(0.0) } else { 1.0 }
}

/// For times up to an hour.
fn micros(seconds: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let us = (seconds * 1e6).round() as u32;
    us
}

#[cfg(test)]
mod tests;

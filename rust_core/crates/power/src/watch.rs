//! One temperature against its limits: warning, derating, trip and clearing.

use qiki_craft::ThermalNode;

/// How much of its power a part may have at this temperature: 1 up to `warn_c`, falling
/// linearly to 0 at `trip_c`; 0 where the temperature is NaN.
///
/// ```
/// use qiki_power::derating;
/// assert_eq!(derating(110.0, 110.0, 120.0), 1.0);
/// assert_eq!(derating(117.5, 110.0, 120.0), 0.25);
/// assert_eq!(derating(120.0, 110.0, 120.0), 0.0);
/// ```
#[must_use]
pub fn derating(temp_c: f64, warn_c: f64, trip_c: f64) -> f64 {
    if temp_c <= warn_c {
        1.0
    } else if temp_c < trip_c {
        (trip_c - temp_c) / (trip_c - warn_c)
    } else {
        0.0
    }
}

/// Temperature of one node against its limits. Trips at `trip_c` and above, clears at
/// `trip_c - hysteresis_k` and below.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NodeWatch {
    warn_c: f64,
    trip_c: f64,
    clear_c: f64,
    temp_c: f64,
    tripped: bool,
}

impl NodeWatch {
    /// At the node's first temperature.
    #[must_use]
    pub fn new(node: &ThermalNode) -> Self {
        let mut watch = Self {
            warn_c: node.warn_c,
            trip_c: node.trip_c,
            clear_c: node.trip_c - node.hysteresis_k,
            temp_c: node.init_c,
            tripped: false,
        };
        watch.update(node.init_c);
        watch
    }

    /// Takes in a temperature, °C. NaN trips, because an unknown temperature may be too high.
    pub fn update(&mut self, temp_c: f64) {
        self.temp_c = temp_c;
        self.tripped = if self.tripped {
            // Not `>`: NaN must not clear.
            !matches!(temp_c.partial_cmp(&self.clear_c), Some(o) if o.is_le())
        } else {
            temp_c >= self.trip_c || temp_c.is_nan()
        };
    }

    /// Tripped and not yet cleared.
    #[must_use]
    pub fn tripped(&self) -> bool {
        self.tripped
    }

    /// Warm, but not tripped.
    #[must_use]
    pub fn warned(&self) -> bool {
        !self.tripped && self.temp_c >= self.warn_c
    }

    /// [`derating`] at the last temperature; 0 from trip to clearing.
    #[must_use]
    pub fn derating(&self) -> f64 {
        if self.tripped {
            0.0
        } else {
            derating(self.temp_c, self.warn_c, self.trip_c)
        }
    }

    /// The last temperature, °C.
    #[must_use]
    pub fn temp_c(&self) -> f64 {
        self.temp_c
    }

    /// Where it warns, °C.
    #[must_use]
    pub fn warn_c(&self) -> f64 {
        self.warn_c
    }

    /// Where it trips, °C.
    #[must_use]
    pub fn trip_c(&self) -> f64 {
        self.trip_c
    }

    /// Where it clears, °C.
    #[must_use]
    pub fn clear_c(&self) -> f64 {
        self.clear_c
    }
}

//! What can be wrong with a valve, and the faults of one valve that are on at the same time.

/// What is wrong with a valve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValveFault {
    /// Closed whatever is commanded.
    StuckClosed,
    /// Open whatever is commanded.
    StuckOpen,
    /// As [`ValveFault::StuckClosed`], but its sensor says that it does what is commanded.
    StuckClosedUnseen,
    /// As [`ValveFault::StuckOpen`], but its sensor says that it does what is commanded.
    StuckOpenUnseen,
    /// Does what is commanded, but its sensor says closed at all times.
    SensorClosed,
    /// Does what is commanded, but its sensor says open at all times.
    SensorOpen,
}

impl ValveFault {
    /// Every fault.
    pub const ALL: [Self; 6] = [
        Self::StuckClosed,
        Self::StuckOpen,
        Self::StuckClosedUnseen,
        Self::StuckOpenUnseen,
        Self::SensorClosed,
        Self::SensorOpen,
    ];

    /// The fault of this name; none where there is no such fault.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// Its name in scenarios and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StuckClosed => "stuck_closed",
            Self::StuckOpen => "stuck_open",
            Self::StuckClosedUnseen => "stuck_closed_unseen",
            Self::StuckOpenUnseen => "stuck_open_unseen",
            Self::SensorClosed => "sensor_closed",
            Self::SensorOpen => "sensor_open",
        }
    }

    /// The position that it holds the valve at, 0..1; none where the valve moves.
    fn place(self) -> Option<f64> {
        match self {
            Self::StuckClosed | Self::StuckClosedUnseen => Some(0.0),
            Self::StuckOpen | Self::StuckOpenUnseen => Some(1.0),
            Self::SensorClosed | Self::SensorOpen => None,
        }
    }

    /// What it makes the sensor say; none where the sensor works.
    fn reading(self) -> Option<Reading> {
        match self {
            Self::StuckClosed | Self::StuckOpen => None,
            Self::StuckClosedUnseen | Self::StuckOpenUnseen => Some(Reading::Commanded),
            Self::SensorClosed => Some(Reading::Always(0.0)),
            Self::SensorOpen => Some(Reading::Always(1.0)),
        }
    }
}

/// What a broken sensor says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    /// That the valve does what is commanded.
    Commanded,
    /// This position.
    Always(f64),
}

/// How often one fault is on, and which number its latest beginning had.
#[derive(Debug, Clone, Copy, Default)]
struct Active {
    count: u32,
    begun: u64,
}

/// The faults of one valve that are on. Each lasts to its own end. Where several of them hold the
/// valve, or change what its sensor says, the one that began last counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct ActiveFaults {
    faults: [Active; ValveFault::ALL.len()],
    begun: u64,
    /// The position that the valve is held at.
    pub(crate) place: Option<f64>,
    /// What the sensor is made to say.
    pub(crate) reading: Option<Reading>,
}

impl ActiveFaults {
    /// A fault begins, or ends where it is on.
    pub(crate) fn set(&mut self, fault: ValveFault, active: bool) {
        let state = &mut self.faults[fault as usize];
        if active {
            self.begun += 1;
            (state.count, state.begun) = (state.count + 1, self.begun);
        } else {
            state.count = state.count.saturating_sub(1);
        }
        self.place = self.latest(ValveFault::place);
        self.reading = self.latest(ValveFault::reading);
    }

    /// The effect of the fault that began last among those that have one.
    fn latest<T>(&self, effect: fn(ValveFault) -> Option<T>) -> Option<T> {
        let on = ValveFault::ALL.into_iter().zip(&self.faults);
        on.filter(|(_, active)| active.count > 0)
            .filter_map(|(fault, active)| Some((active.begun, effect(fault)?)))
            .max_by_key(|(begun, _)| *begun)
            .map(|(_, effect)| effect)
    }
}

//! Faults of a nozzle, and the faults of all nozzles as sets.

/// Fault of a nozzle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fault {
    #[default]
    None,
    /// Does not open.
    StuckClosed,
    /// Does not close.
    StuckOpen,
}

/// Faults of all nozzles and the evidence for them, bit n for nozzle n.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NozzleFaults {
    /// It does not open.
    pub closed: u16,
    /// It does not close.
    pub open: u16,
    /// It is coming back: resting while it is out of the allocation, on trial while it is in it.
    pub returning: u16,
    /// Found by the valve's feedback.
    pub by_feedback: u16,
    /// Found by the craft's motion.
    pub by_motion: u16,
    /// Reported by the node.
    pub by_node: u16,
    /// The motion contradicts its feedback, so the feedback is not trusted.
    pub feedback_lies: u16,
}

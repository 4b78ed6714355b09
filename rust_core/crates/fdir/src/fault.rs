//! What can be wrong with a nozzle, and what is known of all of them.

/// What is wrong with a nozzle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fault {
    #[default]
    None,
    /// Does not open.
    StuckClosed,
    /// Does not close.
    StuckOpen,
}

/// What is known of the nozzles, bit n for nozzle n.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NozzleFaults {
    /// It does not open.
    pub closed: u16,
    /// It does not close.
    pub open: u16,
    /// It is coming back: at rest while it is out of the allocation, on trial while it is in it.
    pub returning: u16,
    /// Found by the valve's feedback.
    pub by_feedback: u16,
    /// Found by the craft's motion.
    pub by_motion: u16,
    /// Reported by the node.
    pub by_node: u16,
    /// Its feedback says what is not so, and is not believed.
    pub feedback_lies: u16,
}

//! Where a track stands, and why.

/// What the tracker says of a track. Numbers are those of `RadarTrackStatus` in `protos`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Seen twice.
    New = 1,
    /// Its existence is as good as certain, and it was seen in the last frame.
    Tracked = 2,
    /// Given up; said once.
    Lost = 3,
    /// Not seen in the last frame.
    Coasting = 4,
}

/// Why a track has its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A candidate was seen again.
    SeenAgain,
    /// The existence of a new track became certain.
    Certain,
    /// No detection of the last frame is likely to be its own.
    NotSeen,
    /// It was seen after having coasted.
    Back,
    /// It was not seen for so long that it is hardly there.
    Improbable,
}

impl Reason {
    /// In words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::SeenAgain => "seen a second time where it was expected",
            Self::Certain => "existence above 0.99",
            Self::NotSeen => "no detection that is likely to be its own",
            Self::Back => "seen again after coasting",
            Self::Improbable => "existence below 0.1",
        }
    }
}

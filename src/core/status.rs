//! The status of a connection. The set is open.

use serde::{Serialize, Serializer};

/// Status of a connection. Case does not matter. Unknown words are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// Usable. Also read from the legacy word `SUCCESS`.
    Active,
    /// Waiting for the user.
    Initiated,
    /// Created; the user has not been redirected yet.
    Initializing,
    /// Being processed.
    Pending,
    /// The attempt failed.
    Failed,
    /// The attempt timed out, or the credentials have expired.
    Expired,
    /// Revoked.
    Revoked,
    /// Switched off.
    Inactive,
    /// Any other word, in upper case.
    Other(String),
}

impl ConnectionStatus {
    /// A status from its word, in any case.
    pub fn parse(word: &str) -> Self {
        let word = word.trim().to_ascii_uppercase();
        match word.as_str() {
            "ACTIVE" | "SUCCESS" => Self::Active,
            "INITIATED" => Self::Initiated,
            "INITIALIZING" => Self::Initializing,
            "PENDING" => Self::Pending,
            "FAILED" => Self::Failed,
            "EXPIRED" => Self::Expired,
            "REVOKED" => Self::Revoked,
            "INACTIVE" => Self::Inactive,
            _ => Self::Other(word),
        }
    }

    /// The word, in upper case.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "ACTIVE",
            Self::Initiated => "INITIATED",
            Self::Initializing => "INITIALIZING",
            Self::Pending => "PENDING",
            Self::Failed => "FAILED",
            Self::Expired => "EXPIRED",
            Self::Revoked => "REVOKED",
            Self::Inactive => "INACTIVE",
            Self::Other(word) => word,
        }
    }

    /// Whether it can still become another status. True for an unknown word.
    pub fn is_waiting(&self) -> bool {
        matches!(
            self,
            Self::Initiated | Self::Initializing | Self::Pending | Self::Other(_)
        )
    }
}

impl Serialize for ConnectionStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

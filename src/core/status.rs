//! The state of a connection, as an open set.

use serde::{Serialize, Serializer};

/// State of a connection. Compared without case; a word that is not known here keeps its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// Usable. Also the legacy word `SUCCESS`.
    Active,
    /// Waiting for the user.
    Initiated,
    /// The record exists, the user has not been sent anywhere yet.
    Initializing,
    /// Being processed.
    Pending,
    /// The attempt failed.
    Failed,
    /// The attempt ran out of time, or the credentials died later.
    Expired,
    /// Revoked.
    Revoked,
    /// Switched off.
    Inactive,
    /// Any other word, in upper case.
    Other(String),
}

impl ConnectionStatus {
    /// Reads a status word.
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

    /// The canonical word, in upper case.
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

    /// Whether waiting can still change it.
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

//! What is waited for, and how long.

use std::time::Duration;

/// Bounds on everything that is waited for besides a call's own deadline, and on sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Longest time from starting a process, or from reaching an address, to its answer to `Describe`.
    pub start: Duration,
    /// Longest time in which an address is tried again before it counts as unreachable.
    pub reach: Duration,
    /// Starts or connections in a row that may fail; after that the policy is gone for good.
    pub failures: u32,
    /// Processes or connections in a row that may be lost before they answered a single batch; after that the policy is gone for good.
    pub barren: u32,
    /// Longest time to wait for an answer to `Ping`.
    pub ping: Duration,
    /// Silence of a connection, while a call waits, after which the other side is asked for a sign of life (HTTP/2 PING). `None`: a
    /// third of the deadline, at least 10 s.
    pub heartbeat: Option<Duration>,
    /// Longest time to wait for that sign; then the connection counts as lost.
    pub heartbeat_timeout: Duration,
    /// Largest request, bytes. A batch that needs more is sent in parts.
    pub request_bytes: usize,
    /// Largest reply, bytes: larger ones are refused by their announced length.
    pub reply_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            start: Duration::from_secs(20),
            reach: Duration::from_secs(3),
            failures: 3,
            barren: 20,
            ping: Duration::from_secs(2),
            heartbeat: None,
            heartbeat_timeout: Duration::from_secs(20),
            request_bytes: 64 << 20,
            reply_bytes: 4 << 20,
        }
    }
}

impl Limits {
    /// Silence after which a waiting call asks for a sign of life. Servers by gRPC's C core hang up on whoever asks more than three
    /// times within one call, which a third of the deadline never does.
    pub(crate) fn heartbeat(&self, deadline: Duration) -> Duration {
        self.heartbeat.unwrap_or_else(|| (deadline / 3).max(Duration::from_secs(10)))
    }
}

//! Shared by the fuzz targets: JSON from the fuzzer's bytes, a marker for typed values, and what holds of every error.

use std::sync::LazyLock;
use std::time::Duration;

use cpu_time::ThreadTime;

// The native tests name the core so, and this crate includes their helpers.
pub use connect_flow::core;

use crate::core::error::{ConnectError, ErrorCode, ISSUE_CODES};

pub mod flow_input;
pub mod input;
pub mod support;

/// Marks typed values. No other input contains it.
pub const TYPED: &str = "Zx9!typed";

/// Fails if a text contains a typed value: as text, encoded for a URL, or as bytes.
pub fn check_hidden(text: &str) {
    for shown in [TYPED, "Zx9%21typed", "90, 120, 57, 33"] {
        assert!(
            !text.contains(shown),
            "the typed value {shown:?} is in {text}"
        );
    }
}

/// The error codes of the TypeScript types.
static DOCUMENTED: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let types = include_str!("../../src/bindings/types.d.ts");
    let start = types.find("type ConnectErrorCode").expect("the codes");
    let codes = &types[start..start + types[start..].find(';').expect("their end")];
    codes.split('"').skip(1).step_by(2).collect()
});

/// Checks what holds of every error: its codes are documented, and it contains no typed value.
pub fn check_error(error: &ConnectError) {
    assert!(ErrorCode::ALL.contains(&error.code));
    assert!(
        DOCUMENTED.contains(&error.code.as_str()),
        "{:?}",
        error.code
    );
    for issue in &error.issues {
        assert!(ISSUE_CODES.contains(&issue.code), "{}", issue.code);
    }
    check_hidden(&format!("{error:?} {error}"));
    check_hidden(&serde_json::to_string(error).expect("JSON"));
}

/// Fails if `work` takes more than `nanos` nanoseconds of processor time for each of `bytes`. A tenth of a second is always allowed,
/// since the first input pays for lazy initialisation.
pub fn within<T>(bytes: usize, nanos: u64, work: impl FnOnce() -> T) -> T {
    let start = ThreadTime::now();
    let done = work();
    let allowed = Duration::from_nanos(100_000_000 + nanos * bytes as u64);
    let taken = start.elapsed();
    assert!(taken <= allowed, "{taken:?} for {bytes} bytes");
    done
}

//! What the fuzz targets share: any JSON from the fuzzer's bytes, the marks of typed values, and what holds of every error.

use std::sync::LazyLock;
use std::time::Duration;

use connect_flow::core::error::{ConnectError, ErrorCode, ISSUE_CODES};
use cpu_time::ThreadTime;

pub mod input;
pub mod support;

/// Stands in whatever the user typed and nowhere else.
pub const TYPED: &str = "Zx9!typed";

/// Fails when a text shows what was typed, as it is, as part of a URL or as bytes.
pub fn check_hidden(text: &str) {
    for shown in [TYPED, "Zx9%21typed", "90, 120, 57, 33"] {
        assert!(!text.contains(shown), "typed: {shown:?} stands in {text}");
    }
}

/// The codes that the TypeScript types list.
static DOCUMENTED: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let types = include_str!("../../src/bindings/types.d.ts");
    let start = types.find("type ConnectErrorCode").expect("the codes");
    let codes = &types[start..start + types[start..].find(';').expect("their end")];
    codes.split('"').skip(1).step_by(2).collect()
});

/// What holds of every error: its codes are documented, it is one line of text, and it shows nothing that was typed.
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

/// Fails when `work` takes more of the processor than `nanos` for each of `bytes`. A tenth of a second is always allowed: the first
/// input of a program pays for what is made once.
pub fn within<T>(bytes: usize, nanos: u64, work: impl FnOnce() -> T) -> T {
    let start = ThreadTime::now();
    let done = work();
    let allowed = Duration::from_nanos(100_000_000 + nanos * bytes as u64);
    let taken = start.elapsed();
    assert!(taken <= allowed, "{taken:?} for {bytes} bytes");
    done
}

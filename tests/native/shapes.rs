//! The shapes that cross between Rust and TypeScript, written to tests/types/shapes.ts, which compiles only if the package's types agree.

mod answers;
pub mod flows;
mod options;

use std::{env, fs, path::Path};

use serde_json::json;

/// Set to rewrite the file.
const WRITE: &str = "SHAPES_WRITE";

#[test]
fn the_typescript_types_are_compared_with_the_current_shapes() {
    let mut shapes = answers::named();
    let snapshots = flows::snapshots(&mut shapes);
    let trace = flows::trace(&shapes);
    let shapes = json!({
        "answers": shapes.answers,
        "snapshots": snapshots,
        "trace": trace,
        "words": shapes.words,
        "options": options::all(),
    });
    let text = format!(
        "// Written by tests/native/shapes.rs. See shape.ts.\nimport type {{ Shapes }} from \"./shape.js\";\n\nexport const shapes: Shapes = {shapes:#};\n"
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/types/shapes.ts");
    if env::var_os(WRITE).is_some() {
        fs::write(&path, &text).expect("a writable file");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let changed = text
        .lines()
        .zip(written.lines())
        .find(|(now, before)| now != before);
    assert!(
        text == written,
        "the shapes have changed, first in {changed:?}: run with {WRITE}=1, then adapt src/bindings/types.d.ts until tsc passes"
    );
}

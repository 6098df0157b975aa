//! `bindgen FILE FOLDER` writes what `wasm-bindgen FILE --target web --out-dir FOLDER` does.
use std::{env, process};
use wasm_bindgen_cli_support::Bindgen;

fn main() {
    let [_, file, folder] = &env::args().collect::<Vec<_>>()[..] else {
        panic!("usage: bindgen FILE FOLDER")
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(file)
        .typescript(true)
        .omit_default_module_path(false);
    let done = bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder));
    if let Err(error) = done {
        eprintln!("{error:?}");
        process::exit(1);
    }
}

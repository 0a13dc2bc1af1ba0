//! Cuts the browser's wasm along its lazy routes and binds the main part to JavaScript.
//!
//! `atelier-sitebuild INPUT.wasm OUTPUT_FOLDER NAME` leaves in the folder `NAME.js` and `NAME.wasm`, one wasm a chunk, the
//! module that loads chunks, and the manifest from which the server preloads them. The splitter and wasm-bindgen are used
//! as libraries, so that Cargo.lock keeps tool and library at one version.

mod failure;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use failure::Failure;
use wasm_bindgen_cli_support::Bindgen;

/// The compiled code imports its chunks by this name (`wasm_split_macros` writes it), and Leptos preloads it.
const LOADER: &str = "./__wasm_split.______________________.js";
/// Where Leptos looks, beside the site's other files.
const MANIFEST: &str = "__wasm_split_manifest.json";

fn main() -> ExitCode {
    match Request::from_args(env::args().skip(1)).and_then(|request| build(&request)) {
        Ok(chunks) => report(&mut io::stdout().lock(), &format!("sitebuild: the main part and {chunks} chunks")),
        Err(failure) => {
            report(&mut io::stderr().lock(), &format!("sitebuild: {failure}"));
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// A closed pipe is no reason to fail: the files are what counts.
fn report(out: &mut impl Write, line: &str) {
    let _ = writeln!(out, "{line}");
}

struct Request {
    input: PathBuf,
    output: PathBuf,
    name: String,
}

impl Request {
    fn from_args(mut args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let (Some(input), Some(output), Some(name), None) = (args.next(), args.next(), args.next(), args.next()) else {
            return Err(Failure::Usage);
        };
        Ok(Self { input: input.into(), output: output.into(), name })
    }
}

/// Returns the number of chunks beside the main part.
fn build(request: &Request) -> Result<usize, Failure> {
    let Request { input, output, name } = request;
    fs::create_dir_all(output).map_err(Failure::file(output))?;
    let wasm = fs::read(input).map_err(Failure::file(input))?;
    let main = output.join("main_part.wasm");
    let chunks = split(&wasm, &main, output, name)?;
    bind(&main, output, name)?;
    fs::remove_file(&main).map_err(Failure::file(&main))?;
    // wasm-bindgen's own name; the page asks for the short one (LEPTOS_OUTPUT_NAME).
    let bound = output.join(format!("{name}_bg.wasm"));
    fs::rename(&bound, output.join(format!("{name}.wasm"))).map_err(Failure::file(&bound))?;
    Ok(chunks)
}

fn split(wasm: &[u8], main: &Path, output: &Path, name: &str) -> Result<usize, Failure> {
    let main_module = format!("./{name}.js");
    let mut options = wasm_split_cli_support::Options::new(wasm);
    options.output_dir = output;
    options.main_out_path = main;
    options.main_module = &main_module;
    options.link_name = LOADER;
    let parts = wasm_split_cli_support::transform(options).map_err(|error| Failure::Split(format!("{error:#}")))?;
    // Sorted, so that equal input gives an equal file.
    let preloads: BTreeMap<_, _> = parts.prefetch_map.iter().collect();
    let manifest = serde_json::to_vec_pretty(&preloads).map_err(Failure::Manifest)?;
    let path = output.join(MANIFEST);
    fs::write(&path, manifest).map_err(Failure::file(&path))?;
    Ok(parts.split_modules.len())
}

fn bind(main: &Path, output: &Path, name: &str) -> Result<(), Failure> {
    // The chunks link against the linker's own exports (memory, table, stack pointer): these must stay, under their names.
    let mut bindgen = Bindgen::new();
    bindgen.keep_lld_exports(true).demangle(false).typescript(false).input_path(main).out_name(name);
    bindgen.web(true).and_then(|bindgen| bindgen.generate(output)).map_err(|error| Failure::Bind(format!("{error:#}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(args: &[&str]) -> Result<Request, Failure> {
        Request::from_args(args.iter().map(ToString::to_string))
    }

    #[test]
    fn three_arguments_and_no_other_number_make_a_request() {
        assert!(request(&["in.wasm", "out", "atelier"]).is_ok_and(|request| request.name == "atelier"));
        for wrong in [&[][..], &["in.wasm"], &["in.wasm", "out"], &["in.wasm", "out", "atelier", "more"]] {
            assert!(matches!(request(wrong), Err(Failure::Usage)), "{wrong:?}");
        }
    }

    #[test]
    fn a_missing_input_is_named() {
        let request = Request { input: "no/such.wasm".into(), output: env::temp_dir(), name: "atelier".into() };
        assert!(build(&request).is_err_and(|failure| failure.to_string().contains("no/such.wasm")));
    }
}

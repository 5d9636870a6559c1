//! Replays every committed input of `fuzz/seeds` and `fuzz/regressions` through its oracle, one test a
//! file, without a fuzzer.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use jotproof_fuzzing::{Stats, TARGETS, Target};
use libtest_mimic::{Arguments, Failed, Trial};

/// The folders of committed inputs.
const FOLDERS: [&str; 2] = ["seeds", "regressions"];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::from_args();
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let mut trials = Vec::new();
    for target in TARGETS {
        for folder in FOLDERS {
            for file in files(&fuzz.join(folder).join(target.name))? {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                trials.push(Trial::test(format!("{folder}/{}/{name}", target.name), move || {
                    (target.run)(&fs::read(&file)?);
                    Ok(())
                }));
            }
        }
        let seeds = fuzz.join("seeds").join(target.name);
        trials.push(Trial::test(format!("accepted/{}", target.name), move || {
            enough_are_accepted(&target, &seeds)
        }));
    }
    trials.push(Trial::test("targets", move || every_folder_and_file_is_a_targets(&fuzz)));
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

/// The files of a folder, sorted; none where there is no folder: a target may have no regressions.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    files.sort();
    Ok(files)
}

fn enough_are_accepted(target: &Target, seeds: &Path) -> Result<(), Failed> {
    let mut stats = Stats::default();
    for file in files(seeds)? {
        stats += (target.run)(&fs::read(file)?);
    }
    if stats.total() < 50 {
        return Err(format!("{stats}: `jotproof-dev fuzz seeds` writes the seeds").into());
    }
    if stats.accepted_percent() < target.accepted_percent {
        return Err(format!("{stats}; at least {} % have to be", target.accepted_percent).into());
    }
    Ok(())
}

/// A folder under a name that no target has is replayed by nobody.
fn every_folder_and_file_is_a_targets(fuzz: &Path) -> Result<(), Failed> {
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let stems = |folder: &str| -> Result<BTreeSet<String>, Failed> {
        let stem = |path: &PathBuf| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(files(&fuzz.join(folder))?.iter().map(stem).collect())
    };
    for (folder, all) in [("fuzz_targets", true), ("seeds", true), ("regressions", false)] {
        let found = stems(folder)?;
        if !found.is_subset(&targets) || (all && found != targets) {
            return Err(format!("fuzz/{folder} has {found:?}; the targets are {targets:?}").into());
        }
    }
    Ok(())
}

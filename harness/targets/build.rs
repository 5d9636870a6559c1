//! Generates the list of pinned servers: a static for each folder of `fixtures/servers`, and an array of all.

#![allow(clippy::disallowed_macros, reason = "Cargo reads it")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The names of the servers, and their titles for people.
const TITLES: [(&str, &str); 2] = [("anycable", "AnyCable"), ("centrifugo", "Centrifugo")];

/// The configuration files of a server. Its folder has exactly one of them.
const CONFIGURATIONS: [&str; 2] = ["config.json", "arguments.txt"];

fn main() -> Result<(), Box<dyn Error>> {
    let root =
        Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../../fixtures/servers").canonicalize()?;
    println!("cargo::rerun-if-changed={}", root.display());
    // Sorted by name and version, the newest version first.
    let mut servers = BTreeMap::new();
    for entry in fs::read_dir(&root)? {
        let folder = entry?.path();
        if !folder.join("go.mod").is_file() {
            continue;
        }
        let id =
            folder.file_name().and_then(|name| name.to_str()).ok_or("a folder that is not UTF-8")?.to_owned();
        let (name, version) = id.rsplit_once('-').ok_or_else(|| format!("{id} is not NAME-VERSION"))?;
        let numbers = version.split('.').map(str::parse::<u64>).collect::<Result<Vec<_>, _>>()?;
        servers.insert((name.to_owned(), std::cmp::Reverse(numbers)), (version.to_owned(), folder));
    }
    let mut code = String::new();
    let mut constants = Vec::new();
    for ((name, numbers), (version, folder)) in &servers {
        let constant = format!("{}_{}", name.to_uppercase(), numbers.0[0]);
        if constants.contains(&constant) {
            return Err(format!("two folders of {name} {}", numbers.0[0]).into());
        }
        code.push_str(&server(&constant, name, version, folder)?);
        constants.push(constant);
    }
    let list = constants.iter().map(|constant| format!("&{constant}")).collect::<Vec<_>>().join(", ");
    writeln!(code, "/// Every pinned server; of one name, the newest version first.")?;
    writeln!(code, "pub static ALL: [&PinnedServer; {}] = [{list}];", constants.len())?;
    fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("pinned.rs"), code)?;
    Ok(())
}

/// The static of one server.
fn server(constant: &str, name: &str, version: &str, folder: &Path) -> Result<String, Box<dyn Error>> {
    let title = TITLES.iter().find_map(|(known, title)| (*known == name).then_some(*title));
    let title = title.ok_or_else(|| format!("{name} has no title in build.rs"))?;
    let files = CONFIGURATIONS.map(|file| folder.join(file));
    let mut configurations = files.iter().filter(|file| file.is_file());
    let (Some(configuration), None) = (configurations.next(), configurations.next()) else {
        return Err(format!("{}: exactly one of {CONFIGURATIONS:?} is needed", folder.display()).into());
    };
    let (package, go_mod, go_sum) =
        (folder.join("package.txt"), folder.join("go.mod"), folder.join("go.sum"));
    for file in [&package, &go_mod, &go_sum, configuration] {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    Ok(format!(
        "/// {title} {version}.\n\
         pub static {constant}: PinnedServer = PinnedServer {{\n\
         title: {title:?}, name: {name:?}, version: {version:?},\n\
         package: {package:?},\n\
         configuration: include_str!({configuration:?}),\n\
         go_mod: include_str!({go_mod:?}),\n\
         go_sum: include_str!({go_sum:?}),\n\
         }};\n",
        package = fs::read_to_string(&package)?.trim(),
    ))
}

//! The action for GitHub and the template for GitLab: their steps are run as they stand in the files.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

#[path = "support/root.rs"]
mod root;

use root::root;

/// A lax verifier, so that there is something to find and to accept.
const TARGET: &str = "reference:jsonwebtoken-12.0.0";
const OPTIONS: &str = "--only=claims/audience/**\n--only=keys/weak/**\n--fail-on=misuse,lax\n";

fn yaml(file: &str) -> Value {
    let text = fs::read_to_string(root().join(file)).expect("the file is there");
    yaml_serde::from_str(&text).expect("it is YAML")
}

/// A folder in which the command is `jotproof`, as the build step leaves it.
fn installed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let bin = folder.path().join("jotproof/bin");
    fs::create_dir_all(&bin).expect("a folder can be made");
    symlink(env!("CARGO_BIN_EXE_jotproof"), bin.join("jotproof")).expect("it can be linked");
    folder
}

/// Puts a value in place of each expression, as in `${{ inputs.target }}`. An expression without a value is a mistake
/// in the action.
fn evaluated(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut parts = text.split("${{");
    let mut evaluated = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (expression, rest) = part.split_once("}}").expect("an expression ends");
        let value = values.get(expression.trim());
        evaluated += value.unwrap_or_else(|| panic!("{expression} has no value"));
        evaluated += rest;
    }
    evaluated
}

/// Runs the step of the action with this id, as a runner does: bash, and the environment of the step.
fn step(action: &Value, id: &str, values: &BTreeMap<String, String>, folder: &Path) -> Output {
    let steps = action["runs"]["steps"].as_array().expect("there are steps");
    let step = steps.iter().find(|step| step["id"] == id).expect("there is such a step");
    assert_eq!(step["shell"], "bash", "{id}");
    let script = step["run"].as_str().expect("it runs something");
    assert!(!script.contains("${{"), "an input inside of a script is run as a part of it: {id}");
    let environment = step["env"].as_object().expect("it has an environment");
    let environment = environment
        .iter()
        .map(|(name, value)| (name, evaluated(value.as_str().expect("a value is a text"), values)));
    Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .envs(environment)
        .env("GITHUB_OUTPUT", folder.join("output"))
        .env("GITHUB_STEP_SUMMARY", folder.join("step-summary"))
        .env("NO_COLOR", "1")
        .current_dir(folder)
        .output()
        .expect("bash runs")
}

#[test]
fn the_steps_of_the_action_run_report_and_accept_what_is_known() {
    let action = yaml("ci/action/action.yml");
    let (folder, temporary) = (tempfile::tempdir().expect("a folder can be made"), installed());
    let written = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    let mut values: BTreeMap<String, String> = BTreeMap::from([
        ("runner.temp".to_owned(), temporary.path().display().to_string()),
        ("github.action_path".to_owned(), root().join("ci/action").display().to_string()),
    ]);
    for (name, input) in action["inputs"].as_object().expect("there are inputs") {
        assert!(input["description"].is_string(), "{name}");
        let default = input["default"].as_str().map(str::to_owned);
        assert_eq!(default.is_none(), input["required"] == true, "{name}");
        values.insert(format!("inputs.{name}"), default.unwrap_or_default());
    }
    values.insert("inputs.target".to_owned(), TARGET.to_owned());
    values.insert("inputs.options".to_owned(), OPTIONS.to_owned());

    assert!(step(&action, "source", &values, folder.path()).status.success());
    assert!(written("output").starts_with("digest="), "{}", written("output"));

    // There are findings: the step fails, and the next one shows them.
    let run = step(&action, "run", &values, folder.path());
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    assert!(written("output").ends_with("exit-code=1\n"), "{}", written("output"));
    let report = step(&action, "report", &values, folder.path());
    assert!(report.status.success(), "{report:?}");
    assert!(String::from_utf8_lossy(&report.stdout).contains("::error title=misuse on"), "{report:?}");
    assert!(written("step-summary").contains("### misuse on"), "{}", written("step-summary"));
    for name in ["run.jsonl", "junit.xml", "jotproof.sarif", "summary.md"] {
        assert!(!written(&format!("jotproof-results/{name}")).is_empty(), "{name}");
    }

    // They are accepted: the step succeeds.
    let list = folder.path().join("known.toml");
    let write = format!("{OPTIONS}--write-known-failures={}\n", list.display());
    let first = BTreeMap::from([("inputs.options".to_owned(), write)]);
    let first: BTreeMap<String, String> = values.clone().into_iter().chain(first).collect();
    assert_eq!(step(&action, "run", &first, folder.path()).status.code(), Some(1));
    let accepted = fs::read_to_string(&list).expect("it was written");
    fs::write(&list, accepted.replace("reason =", "acknowledge-risk = true\nreason =")).expect("it is ours");
    values.insert("inputs.known-failures".to_owned(), "known.toml".to_owned());
    let run = step(&action, "run", &values, folder.path());
    assert_eq!(run.status.code(), Some(0), "{run:?}");

    // A target that is not there: no green, and the reports say so.
    values.insert("inputs.target".to_owned(), "exec:/no/such/adapter".to_owned());
    values.insert("inputs.known-failures".to_owned(), String::new());
    let run = step(&action, "run", &values, folder.path());
    assert_eq!(run.status.code(), Some(6), "{run:?}");
    assert!(step(&action, "report", &values, folder.path()).status.success());
}

#[test]
fn the_job_of_the_template_runs_and_fails_as_the_run_does() {
    let template = yaml("ci/gitlab.yml");
    let job = &template[".jotproof"];
    let script = job["script"].as_array().expect("it has a script").iter();
    let script: Vec<&str> = script.map(|line| line.as_str().expect("a line is a text")).collect();
    let (folder, temporary) = (tempfile::tempdir().expect("a folder can be made"), installed());
    let path = format!(
        "{}:{}",
        temporary.path().join("jotproof/bin").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let run = |target: &str, options: &str| {
        // A runner puts all lines into one script of the shell of the image.
        let mut command = Command::new("sh");
        command.args(["-e", "-c", &script.join("\n")]).current_dir(folder.path()).env("PATH", &path);
        for (name, value) in job["variables"].as_object().expect("it has variables") {
            command.env(name, value.as_str().expect("a variable is a text"));
        }
        command.env("JOTPROOF_TARGET", target).env("JOTPROOF_OPTIONS", options);
        command.output().expect("the shell runs")
    };
    let output = run(TARGET, OPTIONS);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let artifacts = job["artifacts"]["paths"].as_array().expect("it keeps something").iter();
    for name in artifacts.chain([&job["artifacts"]["reports"]["junit"]]) {
        let name = name.as_str().expect("a path is a text");
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    let output = run("reference:rfc", "--only=claims/audience/**");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(run("", "").status.code(), Some(2), "the target is not said");
}

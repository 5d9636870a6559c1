//! The HTML report: every page has a title, every link leads somewhere, and no other folder is overwritten.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Output;

mod support;

use support::shown;

fn jotproof(arguments: &[&str]) -> Output {
    support::command(env!("CARGO_BIN_EXE_jotproof"), arguments).output().expect("the command runs")
}

/// Every file below a folder, by its path.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![String::new()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(folder.join(&below)).expect("it is there") {
            let entry = entry.expect("it can be listed");
            let path = format!("{below}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                open.push(format!("{path}/"));
            } else {
                found.insert(path, fs::read_to_string(entry.path()).expect("it is text"));
            }
        }
    }
    found
}

/// The values of an attribute.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect()
}

/// The path that a link of a page leads to.
fn target(page: &str, link: &str) -> String {
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    match link.strip_prefix("../") {
        Some(path) if !folder.is_empty() => path.to_owned(),
        _ if link.is_empty() => page.to_owned(),
        _ if folder.is_empty() => link.to_owned(),
        _ => format!("{folder}/{link}"),
    }
}

#[test]
fn every_page_has_a_title_and_every_link_leads_somewhere() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let [site, of_run, log] = ["report/site", "of-run", "run.jsonl"].map(|name| folder.path().join(name));
    let [site_path, of_run_path, log_path] =
        [&site, &of_run, &log].map(|path| path.to_str().expect("the path is UTF-8"));
    let only = ["--only", "claims/audience/**", "--only", "algorithms/none/**", "--only", "limits/**"];
    let run = ["run", "reference:rfc", "library:jsonwebtoken", "--log", log_path, "--html", of_run_path];
    let output = jotproof(&[&run[..], &only].concat());
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let output = jotproof(&["report", "html", log_path, "--out", site_path]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{site_path}/index.html\n"));

    let files = files(&site);
    assert_eq!(files, self::files(&of_run), "a run and its log make the same report");
    let ids: BTreeMap<&str, BTreeSet<&str>> =
        files.iter().map(|(path, html)| (&**path, values(html, "id").into_iter().collect())).collect();
    let (mut pages, mut links) = (0, 0);
    for (path, html) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        pages += 1;
        let title = html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
        assert!(
            title.is_some_and(|title| title.trim_end_matches(" - Jotproof").len() > 3),
            "{path}: {title:?}"
        );
        assert_eq!(html.matches("<h1>").count(), 1, "{path}");
        for link in values(html, "href").into_iter().filter(|link| !link.starts_with("https://")) {
            links += 1;
            let (to, part) = link.split_once('#').unwrap_or((link, ""));
            let to = target(path, to);
            let there = ids.get(&*to).unwrap_or_else(|| panic!("{path}: {link} leads to no file"));
            assert!(part.is_empty() || there.contains(part), "{path}: {link} leads to no part of {to}");
        }
        assert!(values(html, "src").is_empty(), "{path} loads something");
    }
    assert!(pages > 20 && links > 1000, "{pages} pages, {links} links");
}

#[test]
fn only_an_older_report_is_replaced_and_an_unfinished_run_says_so() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let site = folder.path().join("site");
    let path = site.to_str().expect("the path is UTF-8");
    let run = |target: &str| jotproof(&["run", target, "--only", "algorithms/valid/**", "--html", path]);
    let index = || fs::read_to_string(site.join("index.html")).expect("it is there");
    let output = run("reference:rfc");
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(!index().contains("class=\"alarm\""), "{}", index());

    // The target cannot be named: the report of the last run must not stay.
    assert_eq!(run("exec:/no/such/adapter").status.code(), Some(6));
    assert!(index().contains("class=\"alarm\""), "{}", index());

    fs::write(site.join("own.txt"), "text").expect("it can be written");
    fs::remove_file(site.join("jotproof-report.txt")).expect("it is there");
    let output = run("reference:rfc");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("not a report of Jotproof") && said.contains("hint: name a new folder"), "{said}");
    assert!(output.stdout.is_empty(), "it is told before the run: {output:?}");
    assert!(site.join("own.txt").is_file());
}

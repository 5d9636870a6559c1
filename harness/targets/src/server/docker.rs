//! What the Docker daemon is asked: whether it has an image, to fetch one, to remove what we started.
//!
//! Containers themselves are started and watched by a guard; see [`super::guard`].

use std::collections::HashMap;
use std::env;
use std::error::Error as _;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use jotproof_engine::target::TargetError;
use reqwest::Url;
use testcontainers::GenericImage;
use testcontainers::bollard::Docker;
use testcontainers::bollard::body_full;
use testcontainers::bollard::errors::Error;
use testcontainers::bollard::models::{ContainerSummary, ContainerSummaryStateEnum};
use testcontainers::bollard::query_parameters::{
    KillContainerOptionsBuilder, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
    UploadToContainerOptionsBuilder,
};
use testcontainers::core::client::{ClientError, docker_client_instance};
use testcontainers::runners::AsyncRunner as _;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use self::owner::Owner;
use super::image::Image;
use super::innermost;
use crate::notice::notice;

pub(super) mod owner;

/// The label by which the containers of one launch are found again.
pub(super) const RUN_LABEL: &str = "org.jotproof.run";

/// The label that says which guard removes a container: see [`owner`].
pub(super) const OWNER_LABEL: &str = "org.jotproof.owner";

/// How long the daemon has to say its version.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Held while an image is looked for and pulled: deployments start side by side.
static PULLING: Mutex<()> = Mutex::new(());

/// Whether what earlier commands left behind has been looked for.
static SWEPT: AtomicBool = AtomicBool::new(false);

/// Sees that the daemon answers and has an image, and has it pulled where it does not.
pub(crate) fn fetch(image: &Image, title: &str, name: &str) -> Result<(), TargetError> {
    let missing = |text: String| {
        TargetError::EnvironmentMissing(format!(
            "cannot start {title} in a container: {text}, or take a process instead: {name}:process"
        ))
    };
    // The lock guards no data: whoever panicked while pulling left nothing half-done.
    let _pulling = PULLING.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = runtime().map_err(|error| missing(format!("no event loop: {error}; try again")))?;
    runtime.block_on(async {
        let docker = connect().await.map_err(missing)?;
        if !SWEPT.swap(true, Ordering::Relaxed) {
            // What cannot be removed is in nobody's way: it has another name and another port.
            let _ = sweep(&docker).await;
        }
        let looked = is_there(&docker, image).await;
        if looked.map_err(|error| missing(format!("Docker has no answer: {error}; try again")))? {
            return Ok(());
        }
        notice(format_args!("pulling the image {image} (once)…"));
        let pulled = generic(image).pull_image().await;
        pulled.map(drop).map_err(|error| {
            missing(format!(
                "the image {image} is not here and cannot be pulled: {error}; name another one with \
                 --image"
            ))
        })
    })
}

/// Whether the daemon answers and has an image.
pub(crate) fn has(image: &Image) -> bool {
    runtime().is_ok_and(|runtime| {
        runtime.block_on(async {
            match connect().await {
                Ok(docker) => is_there(&docker, image).await.unwrap_or(false),
                Err(_) => false,
            }
        })
    })
}

/// Copies the files of a server into its container once more, each to the same path as here, and tells the server to
/// read its configuration (SIGHUP).
pub(crate) fn reload(id: &str, files: &[PathBuf]) -> Result<(), String> {
    // Whoever asks for this may be in an event loop already, and one cannot be run in another.
    thread::scope(|scope| {
        let copying = scope.spawn(|| {
            runtime()?.block_on(async {
                let docker = docker_client_instance().await.map_err(io::Error::other)?;
                let to_root = UploadToContainerOptionsBuilder::new().path("/").build();
                let archive = body_full(archive(files).await?.into());
                docker.upload_to_container(id, Some(to_root), archive).await.map_err(io::Error::other)?;
                let hang_up = KillContainerOptionsBuilder::new().signal("SIGHUP").build();
                docker.kill_container(id, Some(hang_up)).await.map_err(io::Error::other)
            })
        });
        match copying.join() {
            Ok(copied) => copied.map_err(|error| format!("its container cannot be told: {error}")),
            Err(panic) => resume_unwind(panic),
        }
    })
}

/// An archive of files by their absolute paths, which everybody may read.
async fn archive(files: &[PathBuf]) -> io::Result<Vec<u8>> {
    let mut archive = tokio_tar::Builder::new(Vec::new());
    for path in files {
        let octets = fs::read(path)?;
        let mut header = tokio_tar::Header::new_gnu();
        header.set_size(octets.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path.strip_prefix("/").unwrap_or(path), &*octets).await?;
    }
    archive.into_inner().await
}

/// Removes the containers of one launch, running or not.
pub(crate) fn remove(run: &str) -> io::Result<()> {
    runtime()?.block_on(async {
        let docker = docker_client_instance().await.map_err(io::Error::other)?;
        remove_all(&docker, run).await.map_err(io::Error::other)
    })
}

/// The same, for who has asked the daemon something already.
pub(super) async fn remove_all(docker: &Docker, run: &str) -> Result<(), Error> {
    let mut removed = Ok(());
    for container in labelled(docker, format!("{RUN_LABEL}={run}")).await? {
        removed = removed.and(remove_one(docker, container).await);
    }
    removed
}

/// Removes the containers whose guards are gone, as after a kill of everything; and those that an end of the machine has
/// stopped.
async fn sweep(docker: &Docker) -> Result<(), Error> {
    let mut removed = Ok(());
    for container in labelled(docker, OWNER_LABEL.to_owned()).await? {
        let owner = container.labels.as_ref().and_then(|labels| labels.get(OWNER_LABEL));
        let is_left = match owner.map_or(Owner::MayBeThere, |label| owner::of(label)) {
            Owner::Gone => true,
            Owner::OfAnotherBoot => container.state == Some(ContainerSummaryStateEnum::EXITED),
            Owner::MayBeThere => false,
        };
        if is_left {
            // The others are removed nevertheless.
            removed = removed.and(remove_one(docker, container).await);
        }
    }
    removed
}

/// The containers that have a label, running or not.
async fn labelled(docker: &Docker, label: String) -> Result<Vec<ContainerSummary>, Error> {
    let filters = HashMap::from([("label", vec![label])]);
    docker
        .list_containers(Some(ListContainersOptionsBuilder::new().all(true).filters(&filters).build()))
        .await
}

async fn remove_one(docker: &Docker, container: ContainerSummary) -> Result<(), Error> {
    let Some(id) = container.id else { return Ok(()) };
    let by_force = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    match docker.remove_container(&id, Some(by_force)).await {
        // Gone already, or going.
        Ok(()) | Err(Error::DockerResponseServerError { status_code: 404 | 409, .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The image as testcontainers names it.
pub(super) fn generic(image: &Image) -> GenericImage {
    let (name, tag) = image.name_and_tag();
    GenericImage::new(name, tag)
}

/// An event loop of its own for what is asked here and there.
pub(super) fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// A daemon that answers and whose containers can be reached; or what to do about it.
async fn connect() -> Result<Docker, String> {
    if let Some(host) = env::var("DOCKER_HOST").ok().filter(|host| !is_of_this_machine(host)) {
        return Err(format!(
            "DOCKER_HOST is {host}, another machine, and what listens on the loopback interface over there cannot be \
             reached; name a socket of this machine, as in DOCKER_HOST=unix:///var/run/docker.sock"
        ));
    }
    let docker = docker_client_instance().await.map_err(|error| match error {
        ClientError::Init(error) => no_answer(&error),
        other => format!("Docker cannot be asked: {other}; see to DOCKER_HOST"),
    })?;
    let version = match timeout(ANSWER_WITHIN, docker.version()).await {
        Ok(Ok(version)) => version,
        Ok(Err(error)) => return Err(no_answer(&error)),
        Err(_) => {
            let seconds = ANSWER_WITHIN.as_secs();
            return Err(format!("Docker does not answer within {seconds} s; restart it"));
        }
    };
    let platform = version.platform.map(|platform| platform.name).unwrap_or_default();
    if !cfg!(target_os = "linux") || platform.contains("Docker Desktop") {
        return Err(
            "Docker runs its containers in a virtual machine here, and what listens on their loopback \
                    interface cannot be reached; use Docker Engine on Linux"
                .to_owned(),
        );
    }
    Ok(docker)
}

/// Whether a daemon at this address starts its containers on this machine.
fn is_of_this_machine(host: &str) -> bool {
    if host.is_empty() || host.starts_with('/') || host.starts_with("unix://") {
        return true;
    }
    let Ok(url) = Url::parse(host) else { return false };
    match url.host_str().map(|name| name.trim_matches(['[', ']'])) {
        Some(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    }
}

fn no_answer(error: &Error) -> String {
    let mut source = error.source();
    while let Some(error) = source {
        if error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
        {
            return "this user may not ask Docker (permission denied); join the group docker and log in again"
                .to_owned();
        }
        source = error.source();
    }
    let reason = innermost(error);
    format!("Docker does not answer: {reason}; start it, or say in DOCKER_HOST where it listens")
}

async fn is_there(docker: &Docker, image: &Image) -> Result<bool, Error> {
    let (name, tag) = image.name_and_tag();
    match docker.inspect_image(&format!("{name}:{tag}")).await {
        Ok(_) => Ok(true),
        Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_this_machine;

    #[test]
    fn a_daemon_is_of_this_machine_where_its_socket_or_its_address_is() {
        for host in [
            "",
            "/run/docker.sock",
            "unix:///var/run/docker.sock",
            "tcp://127.0.0.1:2375",
            "tcp://localhost:2375",
            "http://[::1]:2375",
        ] {
            assert!(is_of_this_machine(host), "{host}");
        }
        for host in [
            "tcp://build-host:2375",
            "tcp://10.0.0.7:2376",
            "ssh://me@build-host",
            "tcp://localhost.example:1",
            "what",
        ] {
            assert!(!is_of_this_machine(host), "{host}");
        }
    }
}

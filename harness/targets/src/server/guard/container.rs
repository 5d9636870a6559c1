//! The guard of a server in a container.
//!
//! The guard itself creates the container and lets nothing interrupt it, so that there is no moment in
//! which a container exists that nobody would remove.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use futures_util::StreamExt as _;
use testcontainers::bollard::Docker;
use testcontainers::bollard::container::LogOutput;
use testcontainers::bollard::query_parameters::{
    InspectContainerOptions, LogsOptionsBuilder, WaitContainerOptions,
};
use testcontainers::core::client::docker_client_instance;
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt as _};
use tokio::select;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::{Container, Order, watch_pipe};
use crate::server::docker::{OWNER_LABEL, RUN_LABEL, generic, owner, remove_all, runtime};
use crate::server::files_for;
use crate::server::image::Image;

/// How long the last lines of a log may take, once the container has ended.
const LAST_LINES_WITHIN: Duration = Duration::from_secs(1);

/// How far apart two lines of different streams are, whose order is known.
const SAME_TIME: Duration = Duration::from_millis(50);

/// How long between two looks at a container whose end nobody told.
const POLL: Duration = Duration::from_millis(100);

/// What a signal adds to the exit code that a container gets from it.
const SIGNALLED: i64 = 128;

impl Order {
    /// Starts the container, waits for the end of standard input and removes it.
    pub(super) fn carry_out_in(&self, container: &Container) -> ExitCode {
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(error) => {
                self.say(&format!("failed {error}"));
                return ExitCode::FAILURE;
            }
        };
        let (closed, pipe) = oneshot::channel::<()>();
        watch_pipe(move || drop(closed));
        match runtime.block_on(self.keep(container, pipe)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        }
    }

    /// Returns when nothing of the container is left.
    async fn keep(&self, order: &Container, mut pipe: oneshot::Receiver<()>) -> io::Result<()> {
        let docker = docker_client_instance().await.map_err(io::Error::other)?;
        let running = match self.run(order).await {
            Ok(running) => running,
            Err(error) => {
                // It may have got as far as a container.
                let removed = remove_all(&docker, &order.run).await;
                self.say(&format!("failed {error}"));
                return removed.map_err(io::Error::other);
            }
        };
        self.say(&format!("started {}", running.id()));
        select! {
            status = self.watch(&docker, running.id()) => {
                self.say(&format!("exited {status}"));
                // The pipe is the only event left; it is an error where it closes.
                let _ = pipe.await;
            }
            _ = &mut pipe => {}
        }
        match running.rm().await {
            Ok(()) => Ok(()),
            // Somebody else was faster, or something else is the matter.
            Err(_) => remove_all(&docker, &order.run).await.map_err(io::Error::other),
        }
    }

    async fn run(&self, order: &Container) -> io::Result<ContainerAsync<GenericImage>> {
        self.request(order)?.start().await.map_err(io::Error::other)
    }

    /// The container shares the network of this machine: it listens on the loopback interface on a
    /// port of ours, and reaches what listens there. What it reads stands at the same path as here.
    fn request(&self, order: &Container) -> io::Result<ContainerRequest<GenericImage>> {
        let text = |argument: &OsString| {
            argument.clone().into_string().map_err(|argument| {
                io::Error::other(format!("the argument {} is not UTF-8", argument.display()))
            })
        };
        let arguments = self.arguments.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        let mut request = generic(&Image::new(&order.image))
            .with_entrypoint(&text(&self.program)?)
            .with_cmd(arguments)
            .with_container_name(format!("jotproof-{}", order.run))
            .with_label(RUN_LABEL, &order.run)
            .with_label(OWNER_LABEL, owner::this_process())
            .with_host_config_modifier(|host| {
                host.network_mode = Some("host".to_owned());
                host.publish_all_ports = None;
            });
        for variable in &order.variables {
            let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
            request = request.with_env_var(name, value);
        }
        for path in self.files()? {
            // Readable by whomever the image runs as: octets are copied with mode 0644.
            request = request.with_copy_to(path.to_string_lossy(), fs::read(&path)?);
        }
        Ok(request)
    }

    /// What the command left for the server to read.
    fn files(&self) -> io::Result<Vec<PathBuf>> {
        self.remove.as_ref().map_or_else(|| Ok(Vec::new()), |directory| files_for(directory, &self.log))
    }

    /// Writes the log of a container, and gives its exit status when it has ended.
    async fn watch(&self, docker: &Docker, id: &str) -> String {
        let log = tokio::spawn(write_log(docker.clone(), id.to_owned(), self.log.clone()));
        let status = exit_status(docker, id).await;
        // A log that does not end has nothing more to say.
        let _ = timeout(LAST_LINES_WITHIN, log).await;
        status
    }
}

async fn write_log(docker: Docker, id: String, path: impl AsRef<Path>) -> io::Result<()> {
    let mut log: File = OpenOptions::new().create(true).append(true).open(path)?;
    let everything = LogsOptionsBuilder::new().follow(true).stdout(true).stderr(true).build();
    let mut output = docker.logs(&id, Some(everything));
    // The two streams come in any order. What a server dies of it says on standard error at last, and
    // there it stays: behind what was written about the same time.
    let mut errors = Vec::new();
    loop {
        match timeout(SAME_TIME, output.next()).await {
            Ok(Some(Ok(LogOutput::StdErr { message }))) => errors.extend_from_slice(&message),
            Ok(Some(Ok(part))) => log.write_all(&part.into_bytes())?,
            Ok(Some(Err(_)) | None) => return log.write_all(&errors),
            Err(_) => log.write_all(&std::mem::take(&mut errors))?,
        }
    }
}

async fn exit_status(docker: &Docker, id: &str) -> String {
    loop {
        // Whether this answers or is cut off: the state tells.
        let _ = docker.wait_container(id, None::<WaitContainerOptions>).next().await;
        let state = match docker.inspect_container(id, None::<InspectContainerOptions>).await {
            Ok(container) => container.state.unwrap_or_default(),
            Err(error) => return format!("unknown status: {error}"),
        };
        if state.running == Some(true) {
            sleep(POLL).await;
            continue;
        }
        let code = state.exit_code.unwrap_or_default();
        let mut status = format!("exit status: {code}");
        if code > SIGNALLED {
            status.push_str(&format!(" (signal: {})", code - SIGNALLED));
        }
        if state.oom_killed == Some(true) {
            status.push_str(" (out of memory)");
        }
        return status;
    }
}

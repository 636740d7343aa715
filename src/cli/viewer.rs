//! The Rerun viewer, a program of its own: started on a recording, or serving it to browsers of this machine.

use super::exit::{Exit, Failure};
use super::output::Output;
use super::signal;
use nines_viz::VIEWER_VERSION;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A viewer that cannot open a window ends within this time.
const STARTS_WITHIN: Duration = Duration::from_secs(2);
/// Longest time until the server answers; on a busy machine it takes ten seconds.
const SERVES_WITHIN: Duration = Duration::from_secs(60);
/// A server that does not end within this time once it is asked to is killed.
const ENDS_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How the viewer is asked for.
pub struct Viewer {
    web: bool,
    installed: bool,
}

impl Viewer {
    /// Looks whether it is installed, before anything is run.
    pub fn find(web: bool, output: &Output) -> Result<Self, Failure> {
        let version = match quiet(Command::new("rerun").arg("--version")).stdout(Stdio::piped()).output() {
            Ok(said) => String::from_utf8_lossy(&said.stdout).into_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound && web => {
                return Err(Failure::new(Exit::Io, "the Rerun viewer is not installed").help(format!(
                    "`{}` installs it; or write the recording with --rrd FILE and open it where it is",
                    install()
                )));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self { web, installed: false }),
            Err(error) => return Err(cannot_start(&error)),
        };
        // `rerun-cli 0.36.3 [rustc …]`
        let version = version.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).unwrap_or("unknown");
        if version != VIEWER_VERSION {
            output.warning(&format!(
                "the Rerun viewer has version {version}, and recordings are written for {VIEWER_VERSION}: `{}`",
                install()
            ));
        }
        Ok(Self { web, installed: true })
    }

    /// Records into a folder of its own and shows that. A recording that a viewer may still read stays there. Gives the exit code where it was ended
    /// by another signal than Ctrl-C, which is how serving is meant to end.
    pub fn show(
        &self,
        name: &str,
        record: impl FnOnce(&Path) -> Result<(), Failure>,
        output: &Output,
    ) -> Result<Option<Exit>, Failure> {
        let folder = std::env::temp_dir().join(format!("nines-replay-{}", std::process::id()));
        std::fs::create_dir(&folder).map_err(|e| super::cannot("make", &folder, &e))?;
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
        let path = folder.join(format!("{}.rrd", name.chars().map(plain).collect::<String>()));
        record(&path)?;
        if !self.web {
            return open(self.installed, &path, output).map(|()| None);
        }
        let served = serve(&path, output);
        // Read to its end by now, and of no use to anybody else.
        std::fs::remove_dir_all(&folder).ok();
        served
    }
}

/// How it is installed.
fn install() -> String {
    format!("pip install rerun-sdk=={VIEWER_VERSION}")
}

fn cannot_start(error: &io::Error) -> Failure {
    Failure::new(Exit::Io, format!("the Rerun viewer cannot be started: {error}"))
}

/// Without input and output, and in a process group of its own: what it starts in turn is ended with it, and Ctrl-C is ours.
fn quiet(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

/// Opens a window, or says how where that cannot be.
fn open(installed: bool, path: &Path, output: &Output) -> Result<(), Failure> {
    let shown = path.display();
    if !installed {
        output.warning(&format!("the Rerun viewer is not installed: `{}`, then `rerun {shown}`", install()));
        return Ok(());
    }
    let log = path.with_file_name("viewer.log");
    let file = std::fs::File::create(&log).map_err(|e| super::cannot("write", &log, &e))?;
    let mut child = quiet(Command::new("rerun").arg(path)).stderr(file).spawn().map_err(|e| cannot_start(&e))?;
    let start = Instant::now();
    while start.elapsed() < STARTS_WITHIN {
        match child.try_wait() {
            Ok(Some(status)) if !status.success() => {
                output.warning(&format!(
                    "the Rerun viewer ended at once, as {} says; on a machine without a screen use --web. The recording is {shown}",
                    log.display()
                ));
                return Ok(());
            }
            Ok(Some(_)) | Err(_) => break,
            Ok(None) => sleep(LOOK_EVERY),
        }
    }
    output.note(&format!("opened {shown}"));
    Ok(())
}

/// Serves it on the loopback interface alone until Ctrl-C.
fn serve(path: &Path, output: &Output) -> Result<Option<Exit>, Failure> {
    let stopped = signal::catch().map_err(|e| Failure::new(Exit::Io, format!("cannot catch signals: {e}")))?;
    let (web, data) = (free_port()?, free_port()?);
    let mut command = Command::new("rerun");
    command.args(["--serve-web", "--bind", "127.0.0.1"]);
    command.args(["--port", &data.to_string(), "--web-viewer-port", &web.to_string()]).arg(path);
    let mut server = Server(quiet(&mut command).spawn().map_err(|e| cannot_start(&e))?);
    let start = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, web)).is_err() {
        if stopped.load(Ordering::Relaxed) != 0 {
            return Ok(ended_by(&stopped));
        }
        if start.elapsed() > SERVES_WITHIN {
            return Err(Failure::new(Exit::Io, format!("the Rerun viewer does not serve after {} s", SERVES_WITHIN.as_secs())));
        }
        server.lives()?;
        sleep(LOOK_EVERY);
    }
    output.result(&format!("http://127.0.0.1:{web}/?url=rerun%2Bhttp://127.0.0.1:{data}/proxy\n"));
    output.note("served to browsers of this machine until Ctrl-C");
    while stopped.load(Ordering::Relaxed) == 0 {
        server.lives()?;
        sleep(LOOK_EVERY);
    }
    Ok(ended_by(&stopped))
}

fn ended_by(stopped: &AtomicUsize) -> Option<Exit> {
    (stopped.load(Ordering::Relaxed) == Exit::Terminated as usize).then_some(Exit::Terminated)
}

/// A port of the loopback interface that is free now.
fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    Ok(listener.map_err(|e| Failure::new(Exit::Io, format!("no port is free: {e}")))?.port())
}

/// A server that is ended with all that it started.
struct Server(Child);

impl Server {
    fn lives(&mut self) -> Result<(), Failure> {
        match self.0.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => {
                let failure = Failure::new(Exit::Io, format!("the Rerun viewer ended by itself: {status}"));
                Err(failure.help("write the recording with --rrd FILE; `rerun --serve-web FILE` says why"))
            }
            Err(error) => Err(cannot_start(&error)),
        }
    }
}

impl Drop for Server {
    /// Ends the whole group, since `rerun` may be a script that starts the program proper, and waits until nobody of it is left.
    #[cfg(unix)]
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
        let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) else { return };
        kill_process_group(group, Signal::TERM).ok();
        let start = Instant::now();
        while self.0.try_wait().is_ok_and(|ended| ended.is_none()) || test_kill_process_group(group).is_ok() {
            if start.elapsed() > ENDS_WITHIN {
                kill_process_group(group, Signal::KILL).ok();
                break;
            }
            sleep(Duration::from_millis(20));
        }
        self.0.wait().ok();
    }

    #[cfg(not(unix))]
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

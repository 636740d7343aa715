//! The policy's process, where we start it: with an address to listen at, in a group of its own, which ends with us.

use crate::error::RemoteError;
use std::collections::VecDeque;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Environment variable that tells a started process where to listen, as `127.0.0.1:PORT`.
pub const ADDRESS_VARIABLE: &str = "NINES_POLICY_ADDRESS";

/// What is kept of what a process writes, bytes.
const KEPT_BYTES: usize = 4096;
/// Lines of it that are shown.
const SHOWN_LINES: usize = 20;
/// How long a process that hung up is given to end, and its last words to come through.
const GRACE: Duration = Duration::from_millis(300);

/// A started process.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Waits for our end, and ends the group then: we may be killed ourselves.
    watch: Option<Child>,
    words: Arc<Mutex<Words>>,
}

/// The end of what a process wrote to its outputs, neither of which is ours.
#[derive(Debug, Default)]
struct Words {
    kept: VecDeque<u8>,
    ended: bool,
}

impl Process {
    /// Starts a command, and says where it is to listen.
    pub fn start(command: &[String]) -> Result<(Self, SocketAddr), RemoteError> {
        let failed = |e: std::io::Error| RemoteError::Start { command: shell_words::join(command), why: e.to_string() };
        let (program, arguments) = command.split_first().ok_or_else(|| failed(std::io::ErrorKind::InvalidInput.into()))?;
        // Whoever takes the port between here and there is not the policy: then it does not start, and that is told.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).map_err(failed)?;
        let (reader, writer) = std::io::pipe().map_err(failed)?;
        let mut starting = Command::new(program);
        starting.args(arguments).env(ADDRESS_VARIABLE, address.to_string()).stdin(Stdio::null());
        starting.stdout(writer.try_clone().map_err(failed)?).stderr(writer);
        in_own_group(&mut starting);
        let child = starting.spawn().map_err(failed)?;
        // The writing end must not stay open with us.
        drop(starting);
        let words = Arc::new(Mutex::new(Words::default()));
        listen(reader, words.clone());
        let watch = watch(child.id());
        Ok((Self { child, watch, words }, address))
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<String> {
        ended(&mut self.child)
    }

    /// What is known of a process that hung up, for people: how it ended, and its last words.
    pub fn last_words(&mut self) -> String {
        let until = Instant::now() + GRACE;
        let mut how = self.ended();
        while (how.is_none() || !self.lock().ended) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
            how = self.ended();
        }
        let how = how.unwrap_or_else(|| "the process goes on".into());
        match self.lock().text() {
            said if said.is_empty() => how,
            said => format!("{how}; its last words:\n{said}"),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Words> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Words {
    fn add(&mut self, bytes: &[u8]) {
        self.kept.extend(bytes);
        let surplus = self.kept.len().saturating_sub(KEPT_BYTES);
        self.kept.drain(..surplus);
    }

    fn text(&self) -> String {
        let bytes: Vec<u8> = self.kept.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.trim_end().lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}

/// Keeps the end of what comes, in a thread of its own: a full pipe would stop the process.
fn listen(mut reader: impl Read + Send + 'static, words: Arc<Mutex<Words>>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        loop {
            let read = match reader.read(&mut buffer) {
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                read => read.unwrap_or(0),
            };
            let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
            words.add(&buffer[..read]);
            if read == 0 {
                words.ended = true;
                return;
            }
        }
    });
}

impl Drop for Process {
    fn drop(&mut self) {
        // The watcher first, so that it never ends a later group of the same number.
        if let Some(watch) = &mut self.watch {
            let _ = watch.kill();
            let _ = watch.wait();
        }
        end_group(&mut self.child);
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
fn in_own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// A shell that reads until we are gone, then ends the group. Where there is no shell there is no watcher.
#[cfg(unix)]
fn watch(group: u32) -> Option<Child> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "read -r _; kill -s KILL -- \"-$1\"", "nines-watch", &group.to_string()]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    in_own_group(&mut command);
    command.spawn().ok()
}

/// Looks without reaping: until `wait` the number of process and group stays taken.
#[cfg(unix)]
fn ended(child: &mut Child) -> Option<String> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let status = waitid(WaitId::Pid(Pid::from_child(child)), look).ok()??;
    let how = match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => format!("the process ended with exit status {code}"),
        (None, Some(signal)) => format!("the process was ended by signal {signal}"),
        (None, None) => "the process ended".into(),
    };
    Some(how)
}

#[cfg(unix)]
fn end_group(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

#[cfg(not(unix))]
fn in_own_group(_: &mut Command) {}

#[cfg(not(unix))]
fn watch(_: u32) -> Option<Child> {
    None
}

#[cfg(not(unix))]
fn ended(child: &mut Child) -> Option<String> {
    child.try_wait().ok()?.map(|status| format!("the process ended with {status}"))
}

#[cfg(not(unix))]
fn end_group(child: &mut Child) {
    let _ = child.kill();
}

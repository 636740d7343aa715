//! A session: one stream of batches, each asked and answered within the deadline.

use crate::fault::of_status;
use crate::link::Link;
use crate::pack;
use crate::remote::Remote;
use crate::wire::policy_client::PolicyClient;
use crate::wire::{DriveReply, DriveRequest};
use nines_sim::{ActionBatch, BatchPolicy, FaultKind, ObservationBatch, PolicyFault};
use std::ops::Range;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

/// A session. After a fault its stream is closed; the next call that begins its rollouts opens another.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    remote: &'a Remote,
    link: Option<Link>,
    stream: Option<Stream>,
    /// Requests sent in this stream.
    step: u64,
    /// Slots that began a rollout since the last request.
    started: Vec<u32>,
}

#[derive(Debug)]
struct Stream {
    requests: mpsc::Sender<DriveRequest>,
    replies: Streaming<DriveReply>,
}

impl<'a> Session<'a> {
    pub fn open(remote: &'a Remote) -> Result<Self, PolicyFault> {
        let link = Some(remote.link()?);
        Ok(Self { remote, link, stream: None, step: 0, started: Vec::new() })
    }

    /// The connection, had again where it was lost.
    fn link(&mut self) -> Result<&mut Link, PolicyFault> {
        let link = match self.link.take() {
            Some(link) => link,
            None => self.remote.link()?,
        };
        Ok(self.link.insert(link))
    }

    /// Asks for the actions of some worlds of the batch.
    fn ask(
        &mut self,
        observations: &ObservationBatch,
        worlds: Range<usize>,
        actions: &mut ActionBatch,
    ) -> Result<(), PolicyFault> {
        let plan = &self.remote.plan;
        self.link()?;
        self.step = if self.stream.is_some() { self.step + 1 } else { 1 };
        let mut request = pack::request(observations, worlds.clone(), &self.started, self.step);
        if self.stream.is_none() {
            request.settings = plan.settings.clone();
        }
        self.started.clear();
        let Some(link) = &mut self.link else { return Err(PolicyFault::new(FaultKind::Disconnected, "no connection")) };
        let call = exchange(&mut self.stream, &mut link.client, request);
        // The timer belongs to the runtime, so it is made inside.
        let reply = match link.runtime.block_on(async { timeout(plan.deadline, call).await }) {
            Ok(Ok(Some(reply))) => reply,
            Ok(Ok(None)) => return Err(PolicyFault::new(FaultKind::Disconnected, "it ended the session without an answer")),
            Ok(Err(status)) => return Err(of_status(&status)),
            Err(_) => return Err(PolicyFault::new(FaultKind::Deadline, format!("no answer within {:?}", plan.deadline))),
        };
        pack::actions(&reply, worlds, self.step, actions)?;
        if !link.answered {
            link.answered = true;
            self.remote.answered();
        }
        Ok(())
    }

    /// Ends the stream, and the connection too where that is what broke: a process that hangs is ended, so that the next call finds a
    /// fresh one.
    fn close(&mut self, mut fault: PolicyFault) -> PolicyFault {
        self.stream = None;
        let broken = matches!(fault.kind, FaultKind::Deadline | FaultKind::Disconnected);
        let Some(mut link) = self.link.take_if(|_| broken) else { return fault };
        if fault.kind == FaultKind::Deadline {
            let still = if link.is_alive(&self.remote.plan) { "though it answers `Ping`" } else { "nor to `Ping`" };
            fault.text = format!("{}, {still}", fault.text);
        } else if let Some(words) = link.last_words() {
            fault.text = format!("{}; {words}", fault.text);
        }
        if fault.kind == FaultKind::Disconnected && !link.answered {
            self.remote.lost(&fault);
        }
        fault
    }
}

/// Sends a request, in a new stream where there is none, and waits for its reply. The first request goes with the opening: some servers
/// open their side only when they first answer.
async fn exchange(
    stream: &mut Option<Stream>,
    client: &mut PolicyClient<Channel>,
    request: DriveRequest,
) -> Result<Option<DriveReply>, Status> {
    let stream = match stream {
        Some(stream) => {
            // Where the stream has ended the reply says why.
            let _ = stream.requests.send(request).await;
            stream
        }
        None => {
            let (requests, taken) = mpsc::channel(1);
            let _ = requests.send(request).await;
            let replies = client.drive(ReceiverStream::new(taken)).await?.into_inner();
            stream.insert(Stream { requests, replies })
        }
    };
    stream.replies.message().await
}

impl BatchPolicy for Session<'_> {
    fn start(&mut self, slot: u32) {
        self.started.push(slot);
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        let begins = observations.first.iter().all(|first| *first == 1);
        if self.stream.is_none() && !begins {
            return Err(PolicyFault::new(
                FaultKind::Disconnected,
                "the session was lost, and with it what the policy remembered",
            ));
        }
        let at_once = (self.remote.plan.limits.request_bytes / 2 / pack::WORLD_BYTES).max(1);
        for from in (0..observations.worlds).step_by(at_once) {
            let worlds = from..(from + at_once).min(observations.worlds);
            self.ask(observations, worlds, actions).map_err(|fault| self.close(fault))?;
        }
        Ok(())
    }

    fn renew(&mut self) -> Result<(), PolicyFault> {
        self.stream = None;
        self.started.clear();
        self.link().map(|_| ())
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        self.stream = None;
        if let Some(link) = self.link.take() {
            self.remote.keep(link);
        }
    }
}

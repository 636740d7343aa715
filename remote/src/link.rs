//! A connection to a policy, with the process behind it where we started that. One session uses it at a time.

use crate::address::Address;
use crate::error::RemoteError;
use crate::fault::causes;
use crate::limits::Limits;
use crate::process::Process;
use crate::wire::policy_client::PolicyClient;
use crate::wire::{DescribeReply, DescribeRequest, PingRequest};
use nines_sim::{ACTION_LAYOUT, EgoView, MAX_ACTORS, OBSERVATION_SCHEMA, Object, PRIOR_LAYOUT};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic::{Code, Status};

/// Pauses between two tries to connect.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(200));
/// Bytes that may be under way before the other side has read any: a large batch goes in one piece.
const WINDOW_BYTES: u32 = 4 << 20;

/// What a policy says of itself. None of it is checked: it is self-reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// What changes when its answers may change.
    pub fingerprint: String,
    /// Layout of observations and actions that it takes: [`OBSERVATION_SCHEMA`].
    pub layout: String,
    /// All settings as they are.
    pub settings: BTreeMap<String, String>,
    /// Whether equal seeds give equal answers.
    pub honours_seeds: bool,
    /// Worlds in a call that suit it best, where it has a wish.
    pub preferred_batch: Option<u32>,
}

/// What every connection is made with.
#[derive(Debug)]
pub(crate) struct Plan {
    pub address: Address,
    pub settings: BTreeMap<String, String>,
    pub deadline: Duration,
    pub limits: Limits,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Link {
    pub client: PolicyClient<Channel>,
    /// What moves the connection, in the thread that waits for an answer: handing work to a thread of its own and back made a call of
    /// one world take three to four times as long.
    pub runtime: Runtime,
    process: Option<Process>,
    pub description: Description,
    /// Whether it has answered a batch.
    pub answered: bool,
}

/// How a try ended.
enum Miss {
    /// It may be there in a moment.
    Again(String),
    /// Waiting would not help.
    Final(RemoteError),
}

impl Link {
    /// Starts or reaches the policy, in bounded time, and hears what it is.
    pub fn make(plan: &Plan) -> Result<Self, RemoteError> {
        let limits = &plan.limits;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| gone(plan, &e.to_string()))?;
        let (mut process, uri, tries) = match &plan.address {
            Address::Server(uri) => (None, uri.clone(), limits.reach),
            Address::Command(command) => {
                let (process, address) = Process::start(command)?;
                let uri = format!("http://{address}").parse().map_err(|_| gone(plan, "it has no address"))?;
                (Some(process), uri, limits.start)
            }
        };
        let (begin, mut pause) = (Instant::now(), PAUSES.0);
        loop {
            // What is described in time is described, however late the connection came.
            let left = (tries + limits.start).saturating_sub(begin.elapsed()).min(limits.start);
            let miss = match runtime.block_on(attempt(plan, &uri, tries.saturating_sub(begin.elapsed()), left)) {
                Ok((client, description)) => return Ok(Self { client, runtime, process, description, answered: false }),
                Err(Miss::Final(error)) => return Err(error),
                Err(Miss::Again(why)) => why,
            };
            if let Some(process) = &mut process
                && process.ended().is_some()
            {
                return Err(RemoteError::Start { command: plan.address.to_string(), why: process.last_words() });
            }
            if begin.elapsed() + pause >= tries {
                let why = format!("{miss}; tried for {:.1} s", tries.as_secs_f64());
                return Err(match process.as_mut() {
                    Some(process) => gone(plan, &format!("{why}; {}", process.last_words())),
                    None => gone(plan, &why),
                });
            }
            std::thread::sleep(pause);
            pause = (2 * pause).min(PAUSES.1);
        }
    }

    /// Whether it still answers, as far as `Ping` can tell.
    pub fn is_alive(&mut self, plan: &Plan) -> bool {
        if self.process.as_mut().is_some_and(|p| p.ended().is_some()) {
            return false;
        }
        let ping = async { timeout(plan.limits.ping, self.client.ping(PingRequest {})).await };
        matches!(self.runtime.block_on(ping), Ok(Ok(_)))
    }

    /// What the process left to say, where it is ours.
    pub fn last_words(&mut self) -> Option<String> {
        self.process.as_mut().map(Process::last_words)
    }
}

fn gone(plan: &Plan, why: &str) -> RemoteError {
    RemoteError::Unreachable { address: plan.address.to_string(), why: why.into() }
}

/// Connects once, and asks what is there.
async fn attempt(
    plan: &Plan,
    uri: &Uri,
    connect: Duration,
    describe: Duration,
) -> Result<(PolicyClient<Channel>, Description), Miss> {
    let limits = &plan.limits;
    let endpoint = Endpoint::from(uri.clone())
        .connect_timeout(connect)
        .tcp_nodelay(true)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .http2_keep_alive_interval(limits.heartbeat(plan.deadline))
        .keep_alive_timeout(limits.heartbeat_timeout);
    let channel = match timeout(connect, endpoint.connect()).await {
        Ok(connected) => connected.map_err(|e| Miss::Again(causes(&e)))?,
        Err(_) => return Err(Miss::Again("no connection in time".into())),
    };
    let mut client =
        PolicyClient::new(channel).max_encoding_message_size(limits.request_bytes).max_decoding_message_size(limits.reply_bytes);
    match timeout(describe, client.describe(asked(&plan.settings))).await {
        Ok(Ok(reply)) => Ok((client, heard(reply.into_inner()).map_err(Miss::Final)?)),
        Ok(Err(status)) => Err(missed(plan, &status)),
        Err(_) => {
            let why = format!("somebody listens, but does not answer `Describe` within {:.1} s", describe.as_secs_f64());
            Err(Miss::Final(gone(plan, &why)))
        }
    }
}

fn missed(plan: &Plan, status: &Status) -> Miss {
    match status.code() {
        Code::InvalidArgument => Miss::Final(RemoteError::Refused { why: status.message().into() }),
        Code::Unimplemented => Miss::Final(gone(plan, "a server, but none of the service `nines.policy.v1.Policy`")),
        _ if status.code() == Code::Unavailable || std::error::Error::source(status).is_some() => Miss::Again(causes(status)),
        code => Miss::Final(gone(plan, &format!("`Describe` ended with {code:?}: {}", status.message()))),
    }
}

/// What is asked of a policy.
fn asked(settings: &BTreeMap<String, String>) -> DescribeRequest {
    let names = |fields: &[&str]| fields.iter().map(|name| (*name).to_owned()).collect();
    DescribeRequest {
        layout: OBSERVATION_SCHEMA.into(),
        ego_fields: names(EgoView::FIELDS),
        // The first, `seen`, is the mask.
        object_fields: names(&Object::FIELDS[1..]),
        action_fields: names(&ACTION_LAYOUT.map(|field| field.name)),
        prior_fields: names(&PRIOR_LAYOUT.map(|field| field.name)),
        max_objects: MAX_ACTORS as u32,
        settings: settings.clone(),
    }
}

/// What a policy answered, if it can be used.
fn heard(reply: DescribeReply) -> Result<Description, RemoteError> {
    let bad = |why: String| Err(RemoteError::Description { why });
    if reply.layout != OBSERVATION_SCHEMA {
        return bad(format!("expected the layout `{OBSERVATION_SCHEMA}`, and it takes `{}`", reply.layout));
    }
    if reply.name.is_empty() || reply.fingerprint.is_empty() {
        return bad(format!("expected a name and a fingerprint, and got `{}` and `{}`", reply.name, reply.fingerprint));
    }
    Ok(Description {
        name: reply.name,
        version: reply.version,
        fingerprint: reply.fingerprint,
        layout: reply.layout,
        settings: reply.settings,
        honours_seeds: reply.honours_seeds,
        preferred_batch: Some(reply.preferred_batch).filter(|batch| *batch > 0),
    })
}

//! A policy server in Rust: serves a built-in policy of nines, and misbehaves where it is told to.
//!
//! `nines` starts it by `exec:server --policy idm-aeb`; or it is run with `--address 127.0.0.1:50051` and reached by
//! `grpc://127.0.0.1:50051`. Whoever serves a policy of their own replaces `nines_sim::batch::Packed` in `Session`.
#![allow(clippy::print_stderr, clippy::exit, reason = "a program")]

use clap::{Parser, ValueEnum};
use http_body_util::BodyExt;
use nines_remote::pack;
use nines_remote::wire::policy_server::{Policy, PolicyServer};
use nines_remote::wire::{DescribeReply, DescribeRequest, DriveReply, DriveRequest, PingReply, PingRequest};
use nines_sim::batch::Packed;
use nines_sim::{ACTION_LAYOUT, ActionBatch, BatchPolicy, BuiltIn, EgoView, OBSERVATION_SCHEMA, Object, PRIOR_LAYOUT};
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use tokio_stream::{Stream, StreamExt};
use tonic::body::Body;
use tonic::codegen::http;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};
use tower::util::MapResponseLayer;

/// Largest request that is taken, bytes: what nines sends at most.
const REQUEST_BYTES: usize = 64 << 20;

/// What is served, where, and what goes wrong.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// Where to listen.
    #[arg(long, env = "NINES_POLICY_ADDRESS")]
    address: SocketAddr,
    /// Built-in policy.
    #[arg(long, default_value = "idm-aeb")]
    policy: String,
    /// How it misbehaves; without this it does not.
    #[arg(long)]
    fault: Option<Fault>,
    /// Step of a rollout, from 0, in which it does.
    #[arg(long, default_value_t = 0)]
    at: u32,
    /// It does in rollouts with seeds that are multiples of this.
    #[arg(long, default_value_t = 1)]
    every: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Fault {
    /// The process ends.
    Crash,
    /// No answer comes, while `Ping` is answered.
    Hang,
    /// The whole process stands still.
    Stall,
    /// The session ends in an error.
    Raise,
    /// NaN as an action.
    Nan,
    /// The answer to the request before.
    Stale,
    /// A row too many.
    Surplus,
    /// A row too few.
    Missing,
    /// A row that is cut short.
    Ragged,
    /// Bytes that are no message.
    Garbage,
    /// A reply of 16 MiB.
    Huge,
}

/// Actions that [`spoil`] turns into bytes that are no message: no reply of the right type could be so wrong.
const GARBAGE: &[u8] = b"to be spoiled";

#[derive(Debug)]
struct Served {
    options: Options,
}

impl Served {
    /// The policy with the settings that came. What is wrong with them is the user's to know.
    fn policy(&self, settings: &BTreeMap<String, String>) -> Result<BuiltIn, Box<Status>> {
        let refuse = |why: String| Box::new(Status::invalid_argument(why));
        let mut numbers = Vec::new();
        for (name, value) in settings {
            numbers.push((name.clone(), value.parse().map_err(|_| refuse(format!("`{name}` must be a number, not `{value}`")))?));
        }
        BuiltIn::new(&self.options.policy, &numbers).map_err(|e| refuse(e.to_string()))
    }
}

#[tonic::async_trait]
impl Policy for Served {
    type DriveStream = Pin<Box<dyn Stream<Item = Result<DriveReply, Status>> + Send>>;

    async fn describe(&self, request: Request<DescribeRequest>) -> Result<Response<DescribeReply>, Status> {
        let asked = request.into_inner();
        let known = asked.layout == OBSERVATION_SCHEMA
            && asked.ego_fields == EgoView::FIELDS
            && asked.object_fields == Object::FIELDS[1..]
            && asked.action_fields == ACTION_LAYOUT.map(|field| field.name)
            && asked.prior_fields == PRIOR_LAYOUT.map(|field| field.name);
        if !known {
            return Err(Status::invalid_argument(format!("the layout `{}` with its fields is not known here", asked.layout)));
        }
        let policy = self.policy(&asked.settings).map_err(|status| *status)?;
        let settings: BTreeMap<_, _> = policy.settings().into_iter().map(|(k, v)| (k.to_owned(), v.to_string())).collect();
        Ok(Response::new(DescribeReply {
            name: policy.name().into(),
            version: env!("CARGO_PKG_VERSION").into(),
            fingerprint: format!("{} {} {settings:?}", policy.name(), env!("CARGO_PKG_VERSION")),
            layout: asked.layout,
            settings,
            honours_seeds: true,
            preferred_batch: 0,
        }))
    }

    async fn drive(&self, request: Request<Streaming<DriveRequest>>) -> Result<Response<Self::DriveStream>, Status> {
        let mut requests = request.into_inner();
        let Some(first) = requests.message().await? else { return Err(Status::invalid_argument("a session without a request")) };
        let policy = self.policy(&first.settings).map_err(|status| *status)?;
        let mut session = Session { packed: Packed::new(policy), options: self.options.clone(), steps: HashMap::new() };
        let replies = tokio_stream::once(Ok(first)).chain(requests).then(move |request| {
            let reply = request.and_then(|request| session.answer(&request));
            async move {
                match reply? {
                    Some(reply) => Ok(reply),
                    None => std::future::pending().await,
                }
            }
        });
        Ok(Response::new(Box::pin(replies)))
    }

    async fn ping(&self, _: Request<PingRequest>) -> Result<Response<PingReply>, Status> {
        Ok(Response::new(PingReply {}))
    }
}

/// What is remembered of a stream.
struct Session {
    packed: Packed,
    options: Options,
    /// Steps answered, by slot.
    steps: HashMap<u32, u32>,
}

impl Session {
    /// The reply to a request; `None` if none is ever to come.
    fn answer(&mut self, request: &DriveRequest) -> Result<Option<DriveReply>, Status> {
        let observations = pack::observations(request).map_err(Status::invalid_argument)?;
        for slot in &request.started {
            self.packed.start(*slot);
            self.steps.remove(slot);
        }
        let worlds = observations.worlds;
        let mut actions = ActionBatch::zeros(worlds);
        catch_unwind(AssertUnwindSafe(|| self.packed.act(&observations, &mut actions)))
            .map_err(|_| Status::unknown("the policy panicked"))?
            .map_err(|fault| Status::unknown(fault.to_string()))?;
        let mut fault = None;
        for w in 0..worlds {
            let step = self.steps.entry(observations.slots[w]).or_default();
            if *step == self.options.at && observations.seeds[w].is_multiple_of(self.options.every) {
                fault = self.options.fault;
                if fault == Some(Fault::Nan) {
                    actions.accel_mps2[w] = f32::NAN;
                }
            }
            *step += 1;
        }
        let reply = |worlds, step| Ok(Some(pack::reply(&actions, worlds, step)));
        let bytes = |bytes: Vec<u8>| Ok(Some(DriveReply { step: request.step, actions: bytes.into() }));
        match fault {
            None | Some(Fault::Nan) => reply(worlds, request.step),
            Some(Fault::Crash) => {
                eprintln!("crashing at step {}, as told", self.options.at);
                std::process::exit(3)
            }
            Some(Fault::Hang) => Ok(None),
            Some(Fault::Stall) => loop {
                std::thread::park();
            },
            Some(Fault::Raise) => Err(Status::unknown(format!("raised at step {}, as told", self.options.at))),
            Some(Fault::Stale) => reply(worlds, request.step - 1),
            Some(Fault::Surplus) => reply(worlds + 1, request.step),
            Some(Fault::Missing) => reply(worlds - 1, request.step),
            Some(Fault::Ragged) => bytes(vec![0; 24 * worlds - 1]),
            Some(Fault::Garbage) => bytes(GARBAGE.to_vec()),
            Some(Fault::Huge) => bytes(vec![0; 16 << 20]),
        }
    }
}

/// Spoils what is to be spoiled: all of the message behind the five bytes that announce it.
fn spoil(response: http::Response<Body>) -> http::Response<Body> {
    response.map(|body| {
        Body::new(body.map_frame(|frame| {
            frame.map_data(|data: tonic::codegen::Bytes| {
                if !data.windows(GARBAGE.len()).any(|window| window == GARBAGE) {
                    return data;
                }
                let mut spoiled = data.to_vec();
                spoiled.iter_mut().skip(5).for_each(|byte| *byte = 0xff);
                spoiled.into()
            })
        }))
    })
}

/// Serves until it is ended.
pub fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(options.address).await?;
        let policy =
            PolicyServer::new(Served { options }).max_decoding_message_size(REQUEST_BYTES).max_encoding_message_size(usize::MAX);
        Server::builder()
            .layer(MapResponseLayer::new(spoil))
            .initial_stream_window_size(4 << 20)
            .initial_connection_window_size(4 << 20)
            .add_service(policy)
            // Without this, small replies wait for the acknowledgement of the ones before.
            .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)))
            .await?;
        Ok(())
    })
}

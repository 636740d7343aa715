//! A policy in another process: opens sessions, and starts or reaches the process again where it is lost.

use crate::address::Address;
use crate::error::RemoteError;
use crate::limits::Limits;
use crate::link::{Description, Link, Plan};
use crate::session::Session;
use nines_sim::{BatchPolicy, PolicyFault, Sessions};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A policy in another process.
///
/// Sessions that are open at the same time have connections of their own, and, where the process is started here, processes of
/// their own: what one rollout breaks is never blamed on a rollout of another thread. Connections are used again by later sessions.
#[derive(Debug)]
pub struct Remote {
    /// Connections that no session uses.
    idle: Mutex<Vec<Link>>,
    description: Description,
    /// Starts or connections that failed in a row, and connections lost in a row before they answered.
    failures: AtomicU32,
    barren: AtomicU32,
    last_failure: Mutex<String>,
    pub(crate) plan: Plan,
}

impl Remote {
    /// Whether a name is of such a policy: `grpc://HOST:PORT` or `exec:COMMAND`.
    pub fn knows(name: &str) -> bool {
        Address::knows(name)
    }

    /// Reaches the policy at `grpc://HOST:PORT` (HTTP/2 in plain text; `grpc://:PORT` is this machine), or starts that of
    /// `exec:COMMAND`, split into words as a shell does and run without one, with the address to listen at in the environment
    /// variable [`ADDRESS_VARIABLE`](crate::ADDRESS_VARIABLE). `settings` are the policy's to read; `deadline` bounds each call.
    ///
    /// # Errors
    /// Where it cannot be had: the whole takes no longer than [`Limits`] says.
    pub fn connect(
        name: &str,
        settings: BTreeMap<String, String>,
        deadline: Duration,
    ) -> Result<(Self, Description), RemoteError> {
        Self::connect_within(name, settings, deadline, Limits::default())
    }

    /// As [`Remote::connect`], with other bounds.
    ///
    /// # Errors
    /// As there.
    pub fn connect_within(
        name: &str,
        settings: BTreeMap<String, String>,
        deadline: Duration,
        limits: Limits,
    ) -> Result<(Self, Description), RemoteError> {
        let address = Address::parse(name)?;
        let plan = Plan { address, settings, deadline, limits };
        let link = Link::make(&plan)?;
        let description = link.description.clone();
        let remote = Self {
            idle: Mutex::new(vec![link]),
            description: description.clone(),
            failures: AtomicU32::new(0),
            barren: AtomicU32::new(0),
            last_failure: Mutex::default(),
            plan,
        };
        Ok((remote, description))
    }

    /// What the policy says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// A connection that nobody uses, or a new one.
    pub(crate) fn link(&self) -> Result<Link, RemoteError> {
        let idle = || lock(&self.idle).pop();
        // Others may need the list while one is asked.
        while let Some(mut link) = idle() {
            if link.is_alive(&self.plan) {
                return Ok(link);
            }
        }
        self.check_hope()?;
        let made = Link::make(&self.plan).and_then(|link| self.check_same(link));
        match &made {
            Ok(_) => self.failures.store(0, Ordering::Relaxed),
            Err(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                *lock(&self.last_failure) = error.to_string();
            }
        }
        made
    }

    /// A connection that works, for later sessions.
    pub(crate) fn keep(&self, link: Link) {
        lock(&self.idle).push(link);
    }

    /// A connection answered its first batch.
    pub(crate) fn answered(&self) {
        self.barren.store(0, Ordering::Relaxed);
    }

    /// A connection was lost before it answered any.
    pub(crate) fn lost(&self, fault: &PolicyFault) {
        self.barren.fetch_add(1, Ordering::Relaxed);
        *lock(&self.last_failure) = fault.text.clone();
    }

    /// Refuses where trying again has failed too often: a campaign of a million rollouts must not wait a million times.
    fn check_hope(&self) -> Result<(), RemoteError> {
        let (failures, barren) = (self.failures.load(Ordering::Relaxed), self.barren.load(Ordering::Relaxed));
        let what = if failures >= self.plan.limits.failures {
            format!("it could not be had {failures} times in a row")
        } else if barren >= self.plan.limits.barren {
            format!("it was lost {barren} times in a row without answering a batch")
        } else {
            return Ok(());
        };
        Err(RemoteError::GivenUp { why: format!("{what}; the last time: {}", lock(&self.last_failure)) })
    }

    /// Results of two policies must not be mixed.
    fn check_same(&self, link: Link) -> Result<Link, RemoteError> {
        let (then, now) = (&self.description, &link.description);
        if then == now {
            return Ok(link);
        }
        let why = if then.fingerprint == now.fingerprint {
            format!("expected {then:?}, and got {now:?}")
        } else {
            format!("its fingerprint was `{}`, and is `{}`", then.fingerprint, now.fingerprint)
        };
        Err(RemoteError::Changed { why })
    }
}

impl Sessions for Remote {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Ok(Box::new(Session::open(self)?))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! From what a user writes to where the policy is.

use crate::error::RemoteError;
use std::fmt;
use tonic::transport::Uri;

/// Where a policy is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Address {
    /// A server that somebody runs.
    Server(Uri),
    /// A command that starts one: program and arguments.
    Command(Vec<String>),
}

/// Host of an address that names none.
const LOOPBACK: &str = "127.0.0.1";

impl Address {
    /// Whether a name is meant as one.
    pub fn knows(name: &str) -> bool {
        name.starts_with("grpc://") || name.starts_with("exec:")
    }

    /// The address of a name: `grpc://HOST:PORT`, `grpc://:PORT` for this machine, or `exec:COMMAND`.
    pub fn parse(name: &str) -> Result<Self, RemoteError> {
        let wrong = |why: String| RemoteError::Address { name: name.into(), why };
        if let Some(command) = name.strip_prefix("exec:") {
            let words = shell_words::split(command).map_err(|e| wrong(e.to_string()))?;
            return if words.is_empty() { Err(wrong("the command is empty".into())) } else { Ok(Address::Command(words)) };
        }
        let Some(place) = name.strip_prefix("grpc://") else {
            return Err(wrong("it begins neither with `grpc://` nor with `exec:`".into()));
        };
        let host = if place.starts_with(':') { LOOPBACK } else { "" };
        let uri: Uri = format!("http://{host}{place}").parse().map_err(|e| wrong(format!("{e}")))?;
        if uri.path_and_query().is_some_and(|path| path.as_str() != "/") || place.contains('@') {
            return Err(wrong("there is more than host and port".into()));
        }
        if uri.host().is_none_or(str::is_empty) || uri.port_u16().is_none_or(|port| port == 0) {
            return Err(wrong("host or port is missing: `grpc://127.0.0.1:50051`".into()));
        }
        Ok(Address::Server(uri))
    }
}

/// As it is shown to people.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Address::Server(uri) => write!(f, "{}", uri.authority().map_or("", |a| a.as_str())),
            Address::Command(words) => write!(f, "{}", shell_words::join(words)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_commands_are_read_and_all_else_is_refused() {
        let shown = |name: &str| Address::parse(name).map(|a| a.to_string()).map_err(|e| e.to_string());
        assert_eq!(shown("grpc://10.1.2.3:7").unwrap(), "10.1.2.3:7");
        assert_eq!(shown("grpc://[::1]:50051/").unwrap(), "[::1]:50051");
        // Without a host it is this machine, by a number that no name service can turn elsewhere.
        assert_eq!(shown("grpc://:50051").unwrap(), "127.0.0.1:50051");
        assert_eq!(shown("exec:python3 'my server.py' --a=\"b c\"").unwrap(), "python3 'my server.py' '--a=b c'");
        for (name, why) in [
            ("grpc://localhost", "port is missing"),
            ("grpc://localhost:0", "port is missing"),
            ("grpc://localhost:70000", "port is missing"),
            ("grpc://localhost:1/x", "more than host and port"),
            ("grpc://me@localhost:1", "more than host and port"),
            ("grpc://", "empty"),
            ("exec:", "the command is empty"),
            ("exec:'open", "missing closing quote"),
            ("http://localhost:1", "neither with"),
        ] {
            let text = shown(name).unwrap_err();
            assert!(text.contains(why), "{name}: {text}");
        }
    }
}

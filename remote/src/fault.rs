//! From how a call ended to the fault that it is.

use nines_sim::{FaultKind, PolicyFault};
use std::error::Error;
use tonic::{Code, Status};

/// Longest text of another process that is passed on, bytes.
const TEXT_BYTES: usize = 2048;

/// The fault that a call's status is. One that came over the wire is what the policy's own code raised; one with a cause of its own,
/// or that says that nobody is there, is a broken connection; the rest was found here in what came.
pub(crate) fn of_status(status: &Status) -> PolicyFault {
    let said = cut(status.message());
    if status.source().is_some() || status.code() == Code::Unavailable {
        return PolicyFault::new(FaultKind::Disconnected, format!("the connection was lost: {}", causes(status)));
    }
    let unreadable = ["decoded message length too large", "failed to decode Protobuf", "protocol error", "compression"];
    if unreadable.iter().any(|text| said.contains(text)) {
        return PolicyFault::new(FaultKind::BadReply, format!("expected a `DriveReply`, and what came is none: {said}"));
    }
    PolicyFault::new(FaultKind::Panic, format!("it ended the session with {:?}: {said}", status.code()))
}

/// An error with all that caused it, on a line.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut texts = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        // A status is shown with its metadata, which says nothing to people.
        let text = error.downcast_ref::<Status>().map_or_else(|| error.to_string(), |status| status.message().to_owned());
        if texts.last() != Some(&text) {
            texts.push(text);
        }
        next = error.source();
    }
    cut(&texts.join(": ")).to_owned()
}

/// The beginning of a text, cut between characters.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES)]
}

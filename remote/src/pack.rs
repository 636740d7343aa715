//! The packed layout of the wire: observations into a request and back, actions into a reply and back.
//!
//! The way back of a request and the way into a reply are for servers in Rust.

use crate::wire::{DriveReply, DriveRequest};
use nines_sim::batch::{EGO_FIELDS, OBJECT_FIELDS, PRIOR_FIELDS};
use nines_sim::{ActionBatch, FaultKind, MAX_ACTORS, ObservationBatch, PolicyFault};
use std::ops::Range;

/// Fields of an action.
pub use nines_sim::batch::ACTION_FIELDS;

/// Bytes of a world in a request: tensors, masks and identities, and slot and seed at their largest.
pub const WORLD_BYTES: usize = 4 * (PRIOR_FIELDS + EGO_FIELDS) + MAX_ACTORS * (4 * OBJECT_FIELDS + 1 + 4) + 1 + 8 + 5 + 5;

/// Some worlds of a batch as request number `step`; the slots in `started` began a rollout since the last one.
pub fn request(observations: &ObservationBatch, worlds: Range<usize>, started: &[u32], step: u64) -> DriveRequest {
    let objects = worlds.start * MAX_ACTORS..worlds.end * MAX_ACTORS;
    let scaled = |range: &Range<usize>, by: usize| range.start * by..range.end * by;
    DriveRequest {
        step,
        worlds: worlds.len() as u32,
        slots: observations.slots[worlds.clone()].to_vec(),
        started: started.to_vec(),
        seeds: observations.seeds[worlds.clone()].to_vec(),
        first: observations.first[worlds.clone()].to_vec().into(),
        ego: packed(&observations.ego[scaled(&worlds, EGO_FIELDS)], f32::to_le_bytes).into(),
        objects: packed(&observations.objects[scaled(&objects, OBJECT_FIELDS)], f32::to_le_bytes).into(),
        mask: observations.mask[objects.clone()].to_vec().into(),
        object_ids: packed(&observations.ids[objects], u32::to_le_bytes).into(),
        settings: Default::default(),
        priors: packed(&observations.priors[scaled(&worlds, PRIOR_FIELDS)], f32::to_le_bytes).into(),
    }
}

/// The observations of a request.
///
/// # Errors
/// Which field has a wrong size, for people.
pub fn observations(request: &DriveRequest) -> Result<ObservationBatch, String> {
    let n = request.worlds as usize;
    let sizes = [
        ("slots", request.slots.len(), 1),
        ("seeds", request.seeds.len(), 1),
        ("first", request.first.len(), 1),
        ("priors", request.priors.len(), 4 * PRIOR_FIELDS),
        ("ego", request.ego.len(), 4 * EGO_FIELDS),
        ("objects", request.objects.len(), 4 * MAX_ACTORS * OBJECT_FIELDS),
        ("mask", request.mask.len(), MAX_ACTORS),
        ("object_ids", request.object_ids.len(), 4 * MAX_ACTORS),
    ];
    for (name, found, per_world) in sizes {
        if Some(found) != n.checked_mul(per_world) {
            return Err(format!("`{name}` of {n} worlds has {found} entries or bytes, not {per_world} for each"));
        }
    }
    Ok(ObservationBatch {
        worlds: n,
        slots: request.slots.clone(),
        seeds: request.seeds.clone(),
        first: request.first.to_vec(),
        priors: unpacked(&request.priors, f32::from_le_bytes),
        ego: unpacked(&request.ego, f32::from_le_bytes),
        objects: unpacked(&request.objects, f32::from_le_bytes),
        mask: request.mask.to_vec(),
        ids: unpacked(&request.object_ids, u32::from_le_bytes),
    })
}

/// The reply to request number `step`: the first `worlds` rows of `actions`.
pub fn reply(actions: &ActionBatch, worlds: usize, step: u64) -> DriveReply {
    let rows: Vec<f32> = (0..worlds).flat_map(|w| actions.row(w)).collect();
    DriveReply { step, actions: packed(&rows, f32::to_le_bytes).into() }
}

/// Writes the actions of the reply to request number `step` into the rows of its worlds. No number is judged here.
///
/// # Errors
/// [`FaultKind::BadReply`] where it answers another request, or another number of worlds.
pub fn actions(reply: &DriveReply, worlds: Range<usize>, step: u64, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
    let bad = |text| Err(PolicyFault::new(FaultKind::BadReply, text));
    if reply.step != step {
        return bad(format!("expected the reply to step {step} of the session, and got one to step {}", reply.step));
    }
    let (n, row, bytes) = (worlds.len(), 4 * ACTION_FIELDS, reply.actions.len());
    if !bytes.is_multiple_of(row) {
        return bad(format!("expected `actions` of {n} rows of {ACTION_FIELDS} f32, {} bytes, and got {bytes} bytes", n * row));
    }
    if bytes != n * row {
        return bad(format!("expected actions for {n} worlds, and got them for {}", bytes / row));
    }
    let rows = unpacked(&reply.actions, f32::from_le_bytes);
    for (w, row) in worlds.zip(rows.as_chunks::<ACTION_FIELDS>().0) {
        actions.set_row(w, *row);
    }
    Ok(())
}

/// Numbers as bytes. Written so that it becomes a copy where memory has the same order.
fn packed<T: Copy>(values: &[T], bytes: impl Fn(T) -> [u8; 4]) -> Vec<u8> {
    let mut out = vec![0; 4 * values.len()];
    for (to, value) in out.as_chunks_mut().0.iter_mut().zip(values) {
        *to = bytes(*value);
    }
    out
}

fn unpacked<T>(bytes: &[u8], value: impl Fn([u8; 4]) -> T) -> Vec<T> {
    bytes.as_chunks().0.iter().map(|b| value(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_prost::prost::Message;

    fn some(worlds: usize) -> ObservationBatch {
        let numbers = |per: usize| (0..worlds * per).map(|k| k as f32 * 0.37 - 5.0).collect();
        ObservationBatch {
            worlds,
            slots: (0..worlds as u32).map(|k| k * 7).collect(),
            seeds: (0..worlds as u64).map(|k| u64::MAX - k).collect(),
            first: (0..worlds).map(|k| (k % 2) as u8).collect(),
            priors: numbers(PRIOR_FIELDS),
            ego: numbers(EGO_FIELDS),
            objects: numbers(MAX_ACTORS * OBJECT_FIELDS),
            mask: (0..worlds * MAX_ACTORS).map(|k| (k % 3 == 0) as u8).collect(),
            ids: (0..(worlds * MAX_ACTORS) as u32).collect(),
        }
    }

    #[test]
    fn a_part_of_a_batch_comes_out_as_it_went_in() {
        let (whole, part) = (some(5), 1..4);
        let sent = request(&whole, part, &[7], 9);
        assert!(sent.encoded_len() <= 3 * WORLD_BYTES + 64);
        let got = observations(&DriveRequest::decode(sent.encode_to_vec().as_slice()).unwrap()).unwrap();
        assert_eq!(
            (got.worlds, &got.slots[..], &got.seeds[..], &got.first[..]),
            (3, &whole.slots[1..4], &whole.seeds[1..4], &whole.first[1..4])
        );
        assert_eq!(got.priors, whole.priors[PRIOR_FIELDS..4 * PRIOR_FIELDS]);
        assert_eq!(got.ego, whole.ego[EGO_FIELDS..4 * EGO_FIELDS]);
        assert_eq!(got.objects, whole.objects[MAX_ACTORS * OBJECT_FIELDS..4 * MAX_ACTORS * OBJECT_FIELDS]);
        assert_eq!(
            (got.mask, got.ids),
            (whole.mask[MAX_ACTORS..4 * MAX_ACTORS].to_vec(), whole.ids[MAX_ACTORS..4 * MAX_ACTORS].to_vec())
        );
        let short = DriveRequest { ego: sent.ego.slice(..8), ..sent };
        assert_eq!(observations(&short).unwrap_err(), "`ego` of 3 worlds has 8 entries or bytes, not 100 for each");
    }

    #[test]
    fn actions_keep_their_bits_and_their_rows() {
        let mut given = ActionBatch::zeros(2);
        given.set_row(0, [f32::NAN, f32::INFINITY, -1.0, 1.0, 0.0, 0.25]);
        given.set_row(1, [-0.0, f32::MIN_POSITIVE, 2.0, 0.0, 1.0, f32::NAN]);
        let mut got = ActionBatch::zeros(5);
        actions(&reply(&given, 2, 4), 2..4, 4, &mut got).unwrap();
        for w in 0..2 {
            assert_eq!(got.row(w + 2).map(f32::to_bits), given.row(w).map(f32::to_bits));
        }
        let said = |reply: &DriveReply, n: usize| actions(reply, 0..n, 4, &mut ActionBatch::zeros(n)).unwrap_err().text;
        assert_eq!(said(&reply(&given, 2, 3), 2), "expected the reply to step 4 of the session, and got one to step 3");
        assert_eq!(said(&reply(&given, 2, 4), 1), "expected actions for 1 worlds, and got them for 2");
        let odd = DriveReply { step: 4, actions: vec![0; 47].into() };
        assert_eq!(said(&odd, 2), "expected `actions` of 2 rows of 6 f32, 48 bytes, and got 47 bytes");
    }
}

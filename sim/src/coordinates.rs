//! The standard normal coordinates of all parameters of a rollout, several at a time.

use crate::InstructionSet;
use crate::random::{Key, parameter_coordinate};

/// Coordinates that are worked out together.
const WIDTH: usize = 8;

/// Fills in the coordinates of a rollout's parameters, each of which is [`parameter_coordinate`] to the bit on every set of
/// instructions. The machine must have the set.
pub(crate) fn coordinates(key: Key, rollout: u64, set: InstructionSet, out: &mut [f64]) {
    match set {
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => dispatch::avx2(key, rollout, out),
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 => dispatch::avx512(key, rollout, out),
        _ => fill(key, rollout, out),
    }
}

/// Without branches, so that the compiler makes vectors of it; what is worked out beyond the end is dropped.
#[inline(always)]
fn fill(key: Key, rollout: u64, out: &mut [f64]) {
    let mut first = 0;
    for part in out.chunks_mut(WIDTH) {
        let mut z = [0.0; WIDTH];
        for i in 0..WIDTH {
            z[i] = parameter_coordinate(key, rollout, first + i as u64);
        }
        part.copy_from_slice(&z[..part.len()]);
        first += WIDTH as u64;
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "calling a function compiled for more instructions than the baseline")]
mod dispatch {
    use super::*;

    macro_rules! compiled_for {
        ($features:literal, $name:ident) => {
            pub(super) fn $name(key: Key, rollout: u64, out: &mut [f64]) {
                #[target_feature(enable = $features)]
                fn inner(key: Key, rollout: u64, out: &mut [f64]) {
                    fill(key, rollout, out)
                }
                // SAFETY: sets come from `InstructionSet::best`, which finds their features.
                unsafe { inner(key, rollout, out) }
            }
        };
    }
    compiled_for!("avx2", avx2);
    compiled_for!("avx512f,avx512dq,avx512vl,avx512bw,avx2", avx512);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_instructions_gives_the_same_bits() {
        for n in [0, 1, 7, 8, 19, 64] {
            for rollout in [0, 1, 12_345, u64::MAX] {
                let key = Key::new(rollout ^ 5, "coordinates");
                let alone: Vec<f64> = (0..n).map(|k| parameter_coordinate(key, rollout, k)).collect();
                for set in InstructionSet::available() {
                    let mut out = vec![f64::NAN; n as usize];
                    coordinates(key, rollout, set, &mut out);
                    let bits = |of: &[f64]| of.iter().map(|z| z.to_bits()).collect::<Vec<u64>>();
                    assert_eq!(bits(&out), bits(&alone), "{set:?}");
                }
            }
        }
    }
}

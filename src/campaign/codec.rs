//! Outcomes as bytes, for the files that a run keeps of unfinished work. They are read by the program that wrote them, or not
//! at all, so the layout may change with any version.

use super::{Because, Kept, Near};
use nines_sim::{CRITERIA, Criterion, FaultKind, Outcome, Verdict};

/// Appends values to bytes.
#[derive(Debug, Default)]
pub struct Writer(pub Vec<u8>);

/// Takes values from bytes; `None` once they do not suffice or make no sense.
#[derive(Debug)]
pub struct Reader<'a>(pub &'a [u8]);

impl Writer {
    fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    fn u16(&mut self, value: u16) {
        self.0.extend(value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    fn f64(&mut self, value: f64) {
        self.u64(value.to_bits());
    }

    fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.u8(value.is_some().into());
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn outcome(&mut self, o: &Outcome) {
        self.u64(o.rollout);
        self.u16(o.stratum);
        self.u8(o.verdict as u8);
        self.maybe(o.cause, |w, cause| w.u8(cause as u8));
        self.maybe(o.with, Writer::u16);
        self.maybe(o.fault, |w, (kind, step)| {
            w.u8(kind as u8);
            w.u32(step);
        });
        self.f64(o.margin);
        o.margins.iter().for_each(|margin| self.f64(*margin));
        self.u32(o.steps);
        self.f64(o.end_s);
        for value in [o.failed_s, o.impact_speed_mps, o.injury_risk, o.min_ttc_s] {
            self.maybe(value, Writer::f64);
        }
        for value in [o.min_distance_m, o.max_decel_mps2, o.travelled_m, o.time_lost_s] {
            self.f64(value);
        }
        self.u32(o.harsh_brakes);
        self.u32(o.needless_stops);
        self.u64(o.digest);
        self.u32(o.actions.len() as u32);
        o.actions.iter().for_each(|value| self.u32(value.to_bits()));
    }

    /// Appends stored rows.
    pub fn kept(&mut self, rows: &[Kept]) {
        self.u64(rows.len() as u64);
        for row in rows {
            self.u8(row.because as u8);
            self.u32(row.stands_for);
            self.outcome(&row.outcome);
        }
    }

    /// Appends nearest misses.
    pub fn near<'n>(&mut self, all: impl ExactSizeIterator<Item = &'n Near>) {
        self.u64(all.len() as u64);
        for near in all {
            self.f64(near.margin);
            self.u64(near.rollout);
            self.maybe(near.outcome.as_deref(), Writer::outcome);
        }
    }
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    fn f64(&mut self) -> Option<f64> {
        self.u64().map(f64::from_bits)
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.u8()? as usize).copied()
    }

    fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.u8()? {
            0 => Some(None),
            _ => read(self).map(Some),
        }
    }

    fn outcome(&mut self) -> Option<Outcome> {
        // Fields of a struct are evaluated in the order written here, which is the order of the bytes.
        Some(Outcome {
            rollout: self.u64()?,
            stratum: self.u16()?,
            verdict: self.of(Verdict::ALL)?,
            cause: self.maybe(|r| r.of(Criterion::ALL))?,
            with: self.maybe(Reader::u16)?,
            fault: self.maybe(|r| Some((r.of(FaultKind::ALL)?, r.u32()?)))?,
            margin: self.f64()?,
            margins: {
                let mut margins = [0.0; CRITERIA];
                for margin in &mut margins {
                    *margin = self.f64()?;
                }
                margins
            },
            steps: self.u32()?,
            end_s: self.f64()?,
            failed_s: self.maybe(Reader::f64)?,
            impact_speed_mps: self.maybe(Reader::f64)?,
            injury_risk: self.maybe(Reader::f64)?,
            min_ttc_s: self.maybe(Reader::f64)?,
            min_distance_m: self.f64()?,
            max_decel_mps2: self.f64()?,
            travelled_m: self.f64()?,
            time_lost_s: self.f64()?,
            harsh_brakes: self.u32()?,
            needless_stops: self.u32()?,
            digest: self.u64()?,
            actions: {
                let values = self.u32()?;
                (0..values).map(|_| self.u32().map(f32::from_bits)).collect::<Option<_>>()?
            },
        })
    }

    /// Takes stored rows.
    pub fn kept(&mut self) -> Option<Vec<Kept>> {
        let rows = self.u64()?;
        (0..rows)
            .map(|_| Some(Kept { because: self.of(&Because::ALL)?, stands_for: self.u32()?, outcome: self.outcome()? }))
            .collect()
    }

    /// Takes nearest misses.
    pub fn near(&mut self) -> Option<Vec<Near>> {
        let misses = self.u64()?;
        (0..misses)
            .map(|_| {
                let (margin, rollout) = (self.f64()?, self.u64()?);
                Some(Near { margin, rollout, outcome: self.maybe(Reader::outcome)?.map(Box::new) })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::outcome;

    #[test]
    fn what_is_written_is_read() {
        let rows: Vec<Kept> = (0..500).map(|i| Kept { outcome: outcome(i), because: Because::Sample, stands_for: 10 }).collect();
        let near: Vec<Near> =
            (0..9).map(|i| Near { margin: 0.5, rollout: i, outcome: (i % 2 == 0).then(|| Box::new(outcome(i))) }).collect();
        let mut writer = Writer::default();
        writer.kept(&rows);
        writer.near(near.iter());
        let mut reader = Reader(&writer.0);
        assert_eq!(reader.kept().unwrap(), rows);
        let back = reader.near().unwrap();
        assert!(back.iter().zip(&near).all(|(a, b)| a == b && a.outcome == b.outcome) && back.len() == 9);
        assert!(reader.0.is_empty());
        assert!(Reader(&writer.0[..writer.0.len() / 2]).kept().is_none());
    }
}

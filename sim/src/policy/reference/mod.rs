//! Reference drivers: the drivers and rules that others have published as a yardstick, as pure functions and as policies.
//!
//! A rule ([`Cc`], [`Fsm`], [`Rss`], [`Reg157`], [`Nieon`]) looks at a [`Pair`] and says whether there is danger, and what deceleration it
//! asks for; a [`Reaction`] turns that into brakes. The policies of the same names drive by these functions, and
//! `sim/tests/drivers.rs` holds them against the published verdicts. What each does, and what is our choice: `docs/drivers.md`.

pub(crate) mod cc;
pub(crate) mod driver;
pub(crate) mod fsm;
pub(crate) mod nieon;
mod pair;
pub(crate) mod reg157;
pub(crate) mod rss;

pub use crate::actors::idm;
pub use cc::Cc;
pub use fsm::Fsm;
pub use nieon::Nieon;
pub use pair::{Braking, Pair, Reaction};
pub use reg157::Reg157;
pub use rss::Rss;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::BuiltIn;

    /// The policies drive by default with what is published: their settings make the rules' defaults.
    #[test]
    fn settings_are_those_of_the_rules() {
        let p = |name: &str| BuiltIn::new(name, &[]).unwrap().p;
        assert_eq!(Cc::of(&p("r157-cc")), Cc::default());
        assert_eq!(Fsm::of(&p("fsm")), Fsm::default());
        assert_eq!(Rss::of(&p("rss")), Rss::default());
        assert_eq!(Reg157::of(&p("reg157")), Reg157::default());
        assert_eq!(Nieon::of(&p("nieon")), Nieon::default());
        assert!(BuiltIn::REFERENCE.iter().all(|name| BuiltIn::new(name, &[]).is_ok()));
        let ad = "response_s=1,response_accel_mps2=3.5,brake_min_mps2=4,brake_max_mps2=8,side_accel_mps2=0.2,side_brake_mps2=0.8,side_margin_m=0";
        let ad: Vec<_> = ad.split(',').filter_map(|s| s.split_once('=')).map(|(k, v)| (k.into(), v.parse().unwrap())).collect();
        assert_eq!(Rss::of(&BuiltIn::new("rss", &ad).unwrap().p), Rss::AD_RSS_LIB);
    }

    #[test]
    fn defaults_lie_within_their_ranges() {
        for (name, _) in BuiltIn::ALL {
            for s in BuiltIn::settings_of(name).unwrap() {
                assert!(s.min <= s.default && s.default <= s.max, "{name} {}", s.name);
            }
        }
    }
}

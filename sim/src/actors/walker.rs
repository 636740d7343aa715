//! People on foot: waiting, playing, crossing, dashing; with hesitation, turning back, and yielding.

crate::lanes::spec! {
    /// Values of a person on foot. They start to go when **any** of the `go_` conditions holds **and** the ego's time to
    /// arrival is above `accept_tta_s` (or the ego has passed).
    WalkerSpec => Walker, WalkerLanes {
        /// Start along the route, m.
        s_m = 0.0,
        /// Start to the left of the route, m.
        d_m = -3.0,
        /// Direction of the walk against the road's direction, radians; a quarter turn crosses to the left.
        dir_rad = std::f64::consts::FRAC_PI_2,
        /// Speed once going, m/s.
        speed_mps = 1.4,
        /// Acceleration from rest, m/s^2.
        accel_mps2 = 2.0,
        /// Goes from this time on, s.
        go_time_s = f64::INFINITY,
        /// Goes once the ego's front is nearer than this along the route, m.
        go_gap_m = f64::NEG_INFINITY,
        /// Goes once the ego's time to arrival is below this, s.
        go_tta_s = f64::NEG_INFINITY,
        /// Goes this long after the actor named in `after` has started, s.
        go_lag_s = 0.0,
        /// Goes only while the ego's time to arrival is above this (a gap judged safe), s.
        accept_tta_s = 0.0,
        /// Goes only while the ego is farther away than this (a gap judged by distance), m.
        accept_gap_m = 0.0,
        /// Stops after this distance to hesitate, m.
        hesitate_at_m = f64::INFINITY,
        /// Duration of the hesitation, s.
        hesitate_s = 0.0,
        /// Stops for good after this distance, m.
        stop_at_m = f64::INFINITY,
        /// 1 turns back after the hesitation instead of going on.
        turn_back = 0.0,
        /// Waits before the ego's lane while the ego's time to arrival is below this, s; 0 pays no heed.
        yield_tta_s = 0.0,
        /// Standard deviation of the wandering of somebody who does not go, m.
        wander_m = 0.0,
        /// Correlation time of the wandering, s.
        wander_time_s = 1.5,
        /// Wandering never leads farther than this to the left of the start (towards the road), m.
        wander_limit_m = f64::INFINITY,
    }
}

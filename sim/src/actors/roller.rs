//! A ball that rolls out.

crate::lanes::spec! {
    /// Values of a ball. It starts when any of the `go_` conditions holds.
    RollerSpec => Roller, RollerLanes {
        /// Start along the route, m.
        s_m = 0.0,
        /// Start to the left of the route, m.
        d_m = -4.0,
        /// Direction against the road's direction, radians.
        dir_rad = std::f64::consts::FRAC_PI_2,
        /// Speed when it starts, m/s.
        speed_mps = 3.0,
        /// Loss of speed by rolling, m/s^2.
        decel_mps2 = 0.4,
        /// Starts at this time, s.
        go_time_s = f64::INFINITY,
        /// Starts once the ego's front is nearer than this along the route, m.
        go_gap_m = f64::NEG_INFINITY,
        /// Starts once the ego's time to arrival is below this, s.
        go_tta_s = f64::NEG_INFINITY,
    }
}

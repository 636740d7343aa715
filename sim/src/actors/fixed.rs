//! What stands: parked cars, debris, a stopped school bus.

crate::lanes::spec! {
    /// Values of a fixed actor.
    FixedSpec => Fixed, FixedLanes {
        /// Centre along the route, m.
        s_m = 0.0,
        /// Centre to the left of the route, m.
        d_m = 0.0,
        /// Heading against the road's direction, radians.
        heading_rad = 0.0,
        /// Warning lamps: 1 on.
        warning = 0.0,
        /// Stop arm of a school bus is out from this time on, s.
        arm_from_s = f64::INFINITY,
        /// Stop arm is folded from this time on, s.
        arm_until_s = f64::INFINITY,
        /// Line before which the ego must stop while the arm is out, along the route, m.
        stop_line_m = f64::INFINITY,
    }
}

impl Fixed {
    /// 1 while the stop arm is out.
    #[inline(always)]
    pub fn arm_out(&self, t: f64) -> f64 {
        crate::math::flag((t >= self.arm_from_s) & (t < self.arm_until_s))
    }
}

//! Vehicles and cyclists: following, lane change, hard braking, running a light.

crate::lanes::spec! {
    /// Values of a vehicle or cyclist. It follows what is ahead by the Intelligent Driver Model.
    VehicleSpec => Vehicle, VehicleLanes {
        /// Start of its centre along its path, m.
        s_m = 0.0,
        /// Offset to the left of its path, m.
        d_m = 0.0,
        /// 1 drives along its path, -1 against it.
        direction = 1.0,
        /// Speed at the start, m/s.
        speed_mps = 13.9,
        /// Speed on a free road (v0 of the model), m/s.
        desired_mps = 13.9,
        /// Time headway (T), s.
        headway_s = 1.5,
        /// Gap when standing (s0), m.
        min_gap_m = 2.0,
        /// Acceleration (a), m/s^2.
        accel_mps2 = 1.5,
        /// Comfortable braking (b), m/s^2.
        comfort_mps2 = 2.0,
        /// Hardest braking, m/s^2.
        brake_mps2 = 8.0,
        /// Delay of its pedals (first order), s.
        lag_s = 0.3,
        /// 1 follows the ego where the ego is ahead in its way; 0 pays no heed.
        heeds_ego = 1.0,
        /// Begins a lane change at this time, s.
        change_time_s = f64::INFINITY,
        /// Begins a lane change once the ego's front is nearer than this to its rear, m.
        change_gap_m = f64::NEG_INFINITY,
        /// Begins a lane change once its front is nearer than this to the rear of its leader, m.
        change_leader_gap_m = f64::NEG_INFINITY,
        /// Offset it changes to, m.
        change_to_d_m = 0.0,
        /// Duration of the whole lane change, s.
        change_s = 3.0,
        /// Share of the change after which it goes back; 2 for never.
        abort_at = 2.0,
        /// 1 shows the indicator while it changes lanes.
        indicates = 1.0,
        /// Brakes at this time, s.
        brake_time_s = f64::INFINITY,
        /// Brakes this long after it began its lane change, s.
        brake_after_change_s = f64::INFINITY,
        /// Strength of that braking, m/s^2.
        brake_event_mps2 = 4.0,
        /// Speed to which it brakes, m/s.
        brake_to_mps = 0.0,
        /// Stop line on its path where it stops (front), m; infinite for none.
        stop_line_m = f64::INFINITY,
    }
}

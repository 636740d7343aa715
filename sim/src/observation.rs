//! What a policy gets: one versioned layout for all policies, rounded to `f32`.

/// Classes of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Class {
    /// Child on foot.
    Child,
    /// Adult on foot.
    Adult,
    /// Cyclist.
    Cyclist,
    /// Car.
    Car,
    /// Van.
    Van,
    /// Truck.
    Truck,
    /// Bus.
    Bus,
    /// School bus.
    SchoolBus,
    /// Ball.
    Ball,
    /// Thing on the road that must be avoided.
    Debris,
    /// Thing on the road that may be driven over: a bag, a leaf.
    Litter,
    /// Animal.
    Animal,
    /// Motorcycle with its rider.
    Motorcycle,
    /// Ambulance, fire engine, police car.
    EmergencyVehicle,
    /// Rider of a scooter, skateboard, wheelchair.
    Rider,
    /// Police officer, flagger, crossing guard: somebody whose gestures are orders.
    Officer,
    /// Cone, barrier, gate arm, sign on the road.
    Barrier,
    /// Pram, stroller, shopping trolley.
    Stroller,
    /// Tram or train.
    Train,
}

impl Class {
    /// All classes, in the order of their numbers.
    pub const ALL: [Class; 19] = [
        Class::Child,
        Class::Adult,
        Class::Cyclist,
        Class::Car,
        Class::Van,
        Class::Truck,
        Class::Bus,
        Class::SchoolBus,
        Class::Ball,
        Class::Debris,
        Class::Litter,
        Class::Animal,
        Class::Motorcycle,
        Class::EmergencyVehicle,
        Class::Rider,
        Class::Officer,
        Class::Barrier,
        Class::Stroller,
        Class::Train,
    ];

    /// Name in files and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Class::Child => "child",
            Class::Adult => "adult",
            Class::Cyclist => "cyclist",
            Class::Car => "car",
            Class::Van => "van",
            Class::Truck => "truck",
            Class::Bus => "bus",
            Class::SchoolBus => "school_bus",
            Class::Ball => "ball",
            Class::Debris => "debris",
            Class::Litter => "litter",
            Class::Animal => "animal",
            Class::Motorcycle => "motorcycle",
            Class::EmergencyVehicle => "emergency_vehicle",
            Class::Rider => "rider",
            Class::Officer => "officer",
            Class::Barrier => "barrier",
            Class::Stroller => "stroller",
            Class::Train => "train",
        }
    }

    /// The class it is most easily taken for.
    pub const fn look_alike(self) -> Class {
        match self {
            Class::Child => Class::Adult,
            Class::Adult => Class::Child,
            Class::Cyclist => Class::Adult,
            Class::Car => Class::Van,
            Class::Van => Class::Car,
            Class::Truck => Class::Van,
            Class::Bus => Class::Truck,
            Class::SchoolBus => Class::Bus,
            Class::Ball => Class::Litter,
            Class::Debris => Class::Litter,
            Class::Litter => Class::Debris,
            Class::Animal => Class::Debris,
            Class::Motorcycle => Class::Cyclist,
            Class::EmergencyVehicle => Class::Van,
            Class::Rider => Class::Adult,
            Class::Officer => Class::Adult,
            Class::Barrier => Class::Debris,
            Class::Stroller => Class::Debris,
            Class::Train => Class::Truck,
        }
    }

    /// People and small things, seen at a shorter range than vehicles.
    pub const fn is_small(self) -> bool {
        !self.is_vehicle() || matches!(self, Class::Motorcycle)
    }

    /// Motor vehicles and trains.
    pub const fn is_vehicle(self) -> bool {
        matches!(
            self,
            Class::Car
                | Class::Van
                | Class::Truck
                | Class::Bus
                | Class::SchoolBus
                | Class::Motorcycle
                | Class::EmergencyVehicle
                | Class::Train
        )
    }

    /// Whoever is on foot or rides without a shell.
    pub const fn is_person(self) -> bool {
        matches!(self, Class::Child | Class::Adult | Class::Cyclist | Class::Rider | Class::Officer)
    }
}

use crate::lanes::record;

record! {
    /// What a policy is told of the ego, the road and the weather. All values are rounded to `f32`.
    EgoView, EgoViewLanes {
        /// Speed, m/s.
        speed_mps,
        /// Acceleration, m/s^2.
        accel_mps2,
        /// Curvature driven, 1/m, positive to the left.
        curvature,
        /// Offset of the rear axle to the left of the route, m.
        route_d_m,
        /// Sine of the heading against the route, positive to the left.
        heading_sin,
        /// Curvature of the route here, 1/m.
        route_curvature,
        /// Curvature of the route 0.2 s ahead, about as far as the steering lags, 1/m.
        route_curvature_ahead,
        /// Offset of the left edge of the drivable area from the route, m.
        left_edge_m,
        /// Offset of the right edge, m, negative.
        right_edge_m,
        /// Speed limit, m/s.
        limit_mps,
        /// Speed that the task asks for on a free road, m/s.
        desired_mps,
        /// Distance along the route to the end place, m.
        end_m,
        /// Distance from the front to the next stop line with a signal, m; 1000 without one.
        signal_m,
        /// State of that signal: 0 green, 1 amber, 2 red.
        signal_state,
        /// Distance from the front to the next crosswalk of the map, m; 1000 without one.
        crosswalk_m,
        /// Distance from the front to the next junction of the map, m; 1000 without one, negative inside.
        junction_m,
        /// Friction between tyre and road, as estimated.
        friction,
        /// 1 by day, 0 at night without lamps.
        light,
        /// Distance at which a person or a small object can be detected in these conditions, m.
        sight_m,
        /// Age of the measurements of this observation, s.
        latency_s,
        /// Distance from the front to the next stretch of the map with a limit in force, m; 1000 without one, 0 inside.
        zone_m,
        /// Its speed limit, m/s; that of the road without one.
        zone_limit_mps,
        /// 1 while a siren, bell or horn is heard: the nearest one.
        sound,
        /// Cosine of the bearing at which it seems to be, against the ego's heading.
        sound_cos,
        /// Sine of that bearing, positive to the left.
        sound_sin,
    }
}

record! {
    /// What a policy is told of an object. Positions are of its centre. All values are rounded to `f32`.
    Object, ObjectLanes {
        /// 1 where this observation holds the object; all other fields mean nothing where it is 0.
        seen,
        /// Most probable class, by its number.
        class,
        /// Probability of that class; the rest belongs to its look-alike. It depends on the distance alone, not on whether the class
        /// is right.
        class_probability,
        /// Ahead of the rear axle along the heading, m.
        x_m,
        /// To the left of it, m.
        y_m,
        /// Velocity over ground, along the ego's heading, m/s.
        vx_mps,
        /// Velocity over ground, to the ego's left, m/s.
        vy_mps,
        /// Cosine of the heading against the ego's.
        heading_cos,
        /// Sine of the heading against the ego's.
        heading_sin,
        /// Ahead of the rear axle along the route, m.
        route_s_m,
        /// To the left of the route, m.
        route_d_m,
        /// Velocity along the route, m/s.
        route_vs_mps,
        /// Velocity to the left of the route, m/s.
        route_vd_mps,
        /// Half of the length, m, with an error of a tenth.
        half_length_m,
        /// Half of the width, m, with the same error.
        half_width_m,
        /// Height, m, with the same error.
        height_m,
        /// Standard deviation of each coordinate of the position, m.
        sigma_m,
        /// Brake lamps: 1 on.
        brake_lamp,
        /// Indicator: 1 left, -1 right, 0 off.
        indicator,
        /// Hazard or amber warning lamps: 1 on.
        warning_lamp,
        /// Red lamps and stop arm of a school bus: 1 out.
        stop_arm,
        /// Flashing lamps of an emergency vehicle: 1 on.
        beacon,
        /// Cue: looks at the ego, 1 or 0; -1 where it cannot be read.
        gaze,
        /// Cue: body turned to the road, 0 to 1; -1 where it cannot be read.
        posture,
        /// Cue: gesture towards the ego: 1 asks it to go on, 2 asks it to stop, 0 none; -1 where it cannot be read.
        gesture,
        /// Cue: wish to cross as viewers would rate it, 0 to 1; -1 where it cannot be read.
        intention,
        /// Cue: a lamp that tells what its driver is about to do, 0 to 1; -1 where it cannot be read.
        lamp,
    }
}

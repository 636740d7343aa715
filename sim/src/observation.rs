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
}

impl Class {
    /// All classes, in the order of their numbers.
    pub const ALL: [Class; 12] = [
        Class::Child, Class::Adult, Class::Cyclist, Class::Car, Class::Van, Class::Truck, Class::Bus, Class::SchoolBus,
        Class::Ball, Class::Debris, Class::Litter, Class::Animal,
    ];

    /// Name in files and messages.
    pub const fn name(self) -> &'static str {
        ["child", "adult", "cyclist", "car", "van", "truck", "bus", "school_bus", "ball", "debris", "litter", "animal"][self as usize]
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
        }
    }

    /// People and small things, seen at a shorter range than vehicles.
    pub const fn is_small(self) -> bool {
        !matches!(self, Class::Car | Class::Van | Class::Truck | Class::Bus | Class::SchoolBus)
    }
}

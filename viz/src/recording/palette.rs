//! Colours, told apart on a dark ground.

use nines_sim::Class;
use rerun::{AnnotationContext, Color, Rgba32};

/// A colour with its opacity.
pub fn rgba([r, g, b]: [u8; 3], a: u8) -> Color {
    Color::from_unmultiplied_rgba(r, g, b, a)
}

/// The ego.
pub const EGO: [u8; 3] = [74, 163, 255];
/// What the policy is told.
pub const OBSERVED: [u8; 3] = [89, 240, 255];
/// The other policy of two.
pub const BESIDE: [u8; 3] = [255, 122, 220];
/// Other rollouts.
pub const OTHERS: [u8; 3] = [176, 182, 192];
/// Failure.
pub const FAILED: [u8; 3] = [255, 77, 77];
/// Success.
pub const PASSED: [u8; 3] = [95, 211, 130];
/// Lamps of emergency vehicles.
pub const FLASHING: [u8; 3] = [70, 110, 255];
/// Hidden.
pub const HIDDEN: [u8; 3] = [122, 110, 150];
/// Waiting, amber, in between.
pub const AMBER: [u8; 3] = [255, 190, 60];
/// Plain marks.
pub const WHITE: [u8; 3] = [225, 228, 232];
/// Quiet marks.
pub const GREY: [u8; 3] = [140, 147, 158];

/// Numbers of classes that are hidden, above those of the classes in view.
const HIDDEN_FROM: u16 = 100;

/// Number of a class in the annotation context, in view or hidden.
pub fn class_id(class: Class, visible: bool) -> u16 {
    let place = Class::ALL.iter().position(|c| *c == class).unwrap_or(0) as u16;
    if visible { place } else { HIDDEN_FROM + place }
}

/// Names and colours of all classes, in view and hidden.
pub fn classes() -> AnnotationContext {
    let named = |visible: bool| {
        Class::ALL.iter().map(move |c| {
            let [r, g, b] = if visible { class(*c) } else { HIDDEN };
            (class_id(*c, visible), c.name(), Rgba32::from_rgb(r, g, b))
        })
    };
    AnnotationContext::new(named(true).chain(named(false)))
}

/// Colour of a class.
pub const fn class(class: Class) -> [u8; 3] {
    match class {
        Class::Child => [255, 122, 89],
        Class::Adult => [255, 180, 84],
        Class::Cyclist => [214, 224, 79],
        Class::Car => [168, 180, 197],
        Class::Van => [143, 163, 190],
        Class::Truck => [120, 146, 176],
        Class::Bus => [120, 190, 176],
        Class::SchoolBus => [255, 208, 0],
        Class::Ball => [255, 79, 216],
        Class::Debris => [200, 146, 96],
        Class::Litter => [160, 150, 120],
        Class::Animal => [185, 139, 255],
        Class::Motorcycle => [190, 200, 110],
        Class::EmergencyVehicle => [110, 140, 255],
        Class::Rider => [235, 200, 79],
        Class::Officer => [80, 220, 140],
        Class::Barrier => [255, 150, 50],
        Class::Stroller => [255, 150, 150],
        Class::Train => [130, 170, 190],
    }
}

/// Colours of a signal: green, amber, red.
pub const fn signal(state: u8) -> [u8; 3] {
    match state {
        0 => PASSED,
        1 => AMBER,
        _ => FAILED,
    }
}

/// Colours of series, in order.
pub const SERIES: [[u8; 3]; 9] = [
    [255, 77, 77],
    [255, 150, 90],
    [200, 146, 255],
    [255, 208, 0],
    [255, 180, 84],
    [89, 240, 255],
    [95, 211, 130],
    [74, 163, 255],
    [200, 200, 200],
];

/// Colours of cues, in order of their appearance: far from those of truth and belief.
pub const CUES: [[u8; 3]; 5] = [[200, 146, 255], [95, 211, 130], [255, 208, 0], [255, 122, 220], [74, 163, 255]];

//! Pictures as PNG. The font comes with the program, so that they look the same on a machine without fonts.

use resvg::{tiny_skia, usvg};
use std::sync::Arc;

/// Why a picture cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PngError(String);

impl std::fmt::Display for PngError {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "the picture cannot be drawn: {}", self.0)
    }
}

impl std::error::Error for PngError {}

/// Draws an SVG document, `scale` pixels to each of its own.
///
/// # Errors
/// Where the text is no SVG, or the picture is too large.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, PngError> {
    let failed = |why: &dyn ToString| PngError(why.to_string());
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    let options = usvg::Options { fontdb: Arc::new(fonts), font_family: "DejaVu Sans".into(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| failed(&e))?;
    let side = |x: f32| (x * scale).ceil() as u32;
    let (width, height) = (side(tree.size().width()), side(tree.size().height()));
    let mut pixels = tiny_skia::Pixmap::new(width, height).ok_or_else(|| failed(&"it has no size, or is too large"))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_drawn_with_the_font_of_the_program() {
        let svg = |words: &str| {
            let mut canvas = crate::canvas::Canvas::new(60.0);
            canvas.text((5.0, 15.0), "start", 12.0, "", words);
            png(&canvas.finish(20.0, "", ""), 1.0).unwrap()
        };
        assert!(svg("").starts_with(b"\x89PNG"));
        assert_ne!(svg(""), svg("words"));
        assert_eq!(svg("words"), svg("words"));
        assert!(png("<svg", 1.0).is_err());
    }
}

//! QR codes.

use qrcode::QrCode;
use qrcode::render::svg;

/// `text` as a QR code, an SVG image at least 240 units wide that holds no script and loads nothing;
/// none for a text that is too long for one.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(240, 240).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_an_image_and_an_endless_text_does_not() {
        let image = svg("https://lianmeng.example/join?code=ABCD-EFGH-2345").unwrap();
        assert!(image.starts_with("<?xml"), "{image}");
        assert!(image.ends_with("</svg>"), "{image}");
        assert_ne!(svg("a"), svg("b"));
        assert_eq!(svg(&"x".repeat(5_000)), None);
    }
}

//! The colours, in light and in dark.
//!
//! The tests compute what their choice promises: who sees fewer colours tells them apart, too, and every text
//! and every mark stands out from what is behind it.

/// A name of the style sheet, and its colour in light and in dark.
type Colour = (&'static str, &'static str, &'static str);

/// What is behind texts and marks.
const SURFACES: [Colour; 2] = [("page", "#f4f5f7", "#0f1216"), ("card", "#ffffff", "#171b22")];

const TEXTS: [Colour; 6] = [
    ("ink", "#1c2530", "#e6e9ee"),
    ("muted", "#586170", "#9aa4b2"),
    ("link", "#3047c4", "#8fa6ff"),
    ("good", "#0f6b4f", "#5fd6a8"),
    ("bad", "#b42318", "#ff8b7e"),
    ("warn", "#8a4b00", "#f2b35c"),
];

/// What is known about a commit.
const VERDICTS: [Colour; 4] = [
    ("ai", "#3454d1", "#6f8df7"),
    ("human", "#12544f", "#6fe0bf"),
    ("automation", "#cf7500", "#f2a93b"),
    ("unknown", "#8b929c", "#6f7784"),
];

/// From the strongest to the weakest.
const STRENGTHS: [Colour; 4] = [
    ("certain", "#16246b", "#d3dcff"),
    ("high", "#2f4fd0", "#93a9fb"),
    ("medium", "#637be6", "#5f7ce8"),
    ("low", "#8f92a0", "#60667e"),
];

const LINES: [Colour; 2] = [("line", "#e1e4e9", "#2a303a"), ("track", "#eceef1", "#242a33")];

/// The colours as variables of a style sheet.
pub(super) fn css() -> String {
    let all = || SURFACES.iter().chain(&TEXTS).chain(&VERDICTS).chain(&STRENGTHS).chain(&LINES);
    let light: String = all().map(|(name, light, _)| format!("--{name}:{light};")).collect();
    let dark: String = all().map(|(name, _, dark)| format!("--{name}:{dark};")).collect();
    // On paper, light is right whatever the screen shows.
    format!(
        ":root{{color-scheme:light dark;{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rgb = [f64; 3];

    /// Linear light.
    fn rgb(hex: &str) -> Rgb {
        [1, 3, 5].map(|at| {
            let c = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// WCAG 2.2.
    fn contrast(a: &str, b: &str) -> f64 {
        let luminance = |hex| {
            let [r, g, b] = rgb(hex);
            0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
        };
        let (a, b) = (luminance(a), luminance(b));
        a.max(b) / a.min(b)
    }

    /// Machado, Oliveira, Fernandes 2009, at full severity; the first is who sees all.
    const EYES: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];

    fn seen(colour: Rgb, eye: &[[f64; 3]; 3]) -> Rgb {
        eye.map(|row| row.iter().zip(colour).map(|(m, c)| m * c).sum::<f64>().clamp(0.0, 1.0))
    }

    /// Distance in OKLab, times 100.
    fn distance(a: Rgb, b: Rgb) -> f64 {
        let lab = |[r, g, b]: Rgb| {
            let l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b).cbrt();
            let m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b).cbrt();
            let s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b).cbrt();
            [
                0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
                1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
                0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
            ]
        };
        let (a, b) = (lab(a), lab(b));
        100.0 * a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    fn modes(colours: &[Colour]) -> [Vec<(&'static str, &'static str)>; 2] {
        [
            colours.iter().map(|(name, light, _)| (*name, *light)).collect(),
            colours.iter().map(|(name, _, dark)| (*name, *dark)).collect(),
        ]
    }

    #[test]
    fn every_text_can_be_read_on_every_surface() {
        for (texts, surfaces) in modes(&TEXTS).iter().zip(&modes(&SURFACES)) {
            for ((text, colour), (surface, behind)) in
                texts.iter().flat_map(|t| surfaces.iter().map(move |s| (t, s)))
            {
                let contrast = contrast(colour, behind);
                assert!(contrast >= 4.5, "{text} on {surface}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn every_mark_stands_out_from_the_card() {
        let cards = modes(&SURFACES).map(|surfaces| surfaces[1].1);
        for marks in [&VERDICTS, &STRENGTHS] {
            for (marks, card) in modes(marks).iter().zip(cards) {
                for (mark, colour) in marks {
                    let contrast = contrast(colour, card);
                    assert!(contrast >= 3.0, "{mark}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn marks_are_told_apart_by_every_eye() {
        for colours in [&VERDICTS, &STRENGTHS] {
            for marks in modes(colours) {
                for (at, (a, first)) in marks.iter().enumerate() {
                    for ((b, second), eye) in
                        marks[at + 1..].iter().flat_map(|m| EYES.iter().map(move |e| (m, e)))
                    {
                        let distance = distance(seen(rgb(first), eye), seen(rgb(second), eye));
                        assert!(distance >= 10.0, "{a} and {b}: {distance:.1}");
                    }
                }
            }
        }
    }
}

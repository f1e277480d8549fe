//! Ranges of lines.

use crate::Lines;

impl Lines {
    /// How many lines these are.
    #[must_use]
    pub fn count(self) -> u64 {
        u64::from(self.end.saturating_sub(self.start)) + 1
    }
}

/// The same lines, ascending, with what overlaps or touches joined.
pub(crate) fn merged(mut lines: Vec<Lines>) -> Vec<Lines> {
    lines.sort_unstable();
    let mut merged: Vec<Lines> = Vec::with_capacity(lines.len());
    for next in lines {
        match merged.last_mut() {
            Some(last) if next.start <= last.end.saturating_add(1) => last.end = last.end.max(next.end),
            _ => merged.push(next),
        }
    }
    merged
}

/// The lines that stand in both; each must be [`merged`].
pub(crate) fn common(one: &[Lines], other: &[Lines]) -> Vec<Lines> {
    let (mut found, mut ones, mut others) = (Vec::new(), one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (ones.peek(), others.peek()) {
        let (start, end) = (a.start.max(b.start), a.end.min(b.end));
        if start <= end {
            found.push(Lines { start, end });
        }
        if a.end < b.end {
            ones.next()
        } else {
            others.next()
        };
    }
    found
}

/// `1-4,6,9-12`: at most a few ranges, then how many more there are.
pub(crate) fn shown(lines: &[Lines]) -> String {
    const MOST: usize = 5;
    let one = |lines: &Lines| match lines.start == lines.end {
        true => lines.start.to_string(),
        false => format!("{}-{}", lines.start, lines.end),
    };
    let mut text: Vec<_> = lines.iter().take(MOST).map(one).collect();
    if let Some(more) = lines.len().checked_sub(MOST).filter(|more| *more > 0) {
        text.push(format!("and {more} more"));
    }
    text.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[(u32, u32)]) -> Vec<Lines> {
        lines.iter().map(|&(start, end)| Lines { start, end }).collect()
    }

    #[test]
    fn merged_lines_ascend_and_do_not_touch() {
        assert_eq!(merged(of(&[(9, 9), (1, 4), (5, 5), (3, 7)])), of(&[(1, 7), (9, 9)]));
        assert_eq!(merged(of(&[(1, u32::MAX), (u32::MAX, u32::MAX)])), of(&[(1, u32::MAX)]));
    }

    #[test]
    fn common_lines_stand_in_both() {
        assert_eq!(common(&of(&[(1, 5), (8, 9)]), &of(&[(4, 8), (10, 12)])), of(&[(4, 5), (8, 8)]));
        assert_eq!(common(&of(&[(1, 5)]), &[]), []);
    }

    proptest::proptest! {
        #[test]
        fn ranges_are_sets_of_lines(one: Vec<(u8, u8)>, other: Vec<(u8, u8)>) {
            let lines = |pairs: &[(u8, u8)]| -> Vec<Lines> {
                let ordered = pairs.iter().map(|&(a, b)| (u32::from(a.min(b)), u32::from(a.max(b))));
                ordered.map(|(start, end)| Lines { start, end }).collect()
            };
            let set = |lines: &[Lines]| -> std::collections::BTreeSet<u32> {
                lines.iter().flat_map(|lines| lines.start..=lines.end).collect()
            };
            let (one, other) = (lines(&one), lines(&other));
            let (a, b) = (merged(one.clone()), merged(other.clone()));
            proptest::prop_assert_eq!(set(&a), set(&one));
            proptest::prop_assert!(a.windows(2).all(|pair| pair[0].end + 1 < pair[1].start));
            let both: std::collections::BTreeSet<_> = set(&one).intersection(&set(&other)).copied().collect();
            proptest::prop_assert_eq!(set(&common(&a, &b)), both);
        }
    }
}

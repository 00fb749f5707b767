use serde::Serialize;

/// How high a plot is, in its own units.
const HEIGHT: f64 = 40.0;

/// A small picture of a series: `m.bars(plot, label)` or `m.line(plot, label)`. Its units are steps
/// across and 40 up.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plot {
    /// How many steps there are.
    pub steps: usize,
    /// The bars that are not empty.
    pub bars: Vec<Bar>,
    /// The points of lines, as SVG wants them; a step without a value ends one.
    pub lines: Vec<String>,
}

/// A bar, of which a part may be bad.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bar {
    /// Its step.
    pub x: usize,
    /// Its upper end.
    pub y: String,
    /// How high it is.
    pub height: String,
    /// How high its bad part is, at the bottom; absent where there is none.
    pub bad: Option<String>,
    /// Where the bad part begins.
    pub bad_y: String,
}

impl Plot {
    /// Bars of counts, each with how many of them are bad.
    pub fn bars(series: &[(u64, u64)]) -> Self {
        let most = series.iter().map(|(all, _)| *all).max().unwrap_or(0).max(1);
        let high = |count: u64| to_float(count) / to_float(most) * HEIGHT;
        let bars = series.iter().enumerate().filter(|(_, (all, _))| *all > 0);
        Self {
            steps: series.len(),
            bars: bars
                .map(|(x, (all, bad))| Bar {
                    x,
                    y: short(HEIGHT - high(*all)),
                    height: short(high(*all)),
                    bad: (*bad > 0).then(|| short(high(*bad))),
                    bad_y: short(HEIGHT - high(*bad)),
                })
                .collect(),
            lines: Vec::new(),
        }
    }

    /// A line through values; where there is none, it is broken.
    pub fn line(series: &[Option<u64>]) -> Self {
        let most = series.iter().flatten().max().copied().unwrap_or(0).max(1);
        let mut lines = vec![Vec::new()];
        for (x, value) in series.iter().enumerate() {
            match (value, lines.last_mut()) {
                (Some(value), Some(line)) => {
                    let y = HEIGHT - to_float(*value) / to_float(most) * HEIGHT;
                    // A step has a left and a right end, so that a lonely one is seen.
                    line.push(format!("{x},{} {},{}", short(y), x + 1, short(y)));
                }
                (None, Some(line)) if !line.is_empty() => lines.push(Vec::new()),
                _ => {}
            }
        }
        lines.retain(|line| !line.is_empty());
        Self {
            steps: series.len(),
            bars: Vec::new(),
            lines: lines.into_iter().map(|line| line.join(" ")).collect(),
        }
    }
}

/// Exact enough for a picture.
fn to_float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn short(number: f64) -> String {
    format!("{number:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_is_as_high_as_the_plot_and_empty_steps_have_none() {
        let plot = Plot::bars(&[(0, 0), (4, 1), (2, 0)]);
        assert_eq!((plot.steps, plot.bars.len()), (3, 2));
        let [high, half] = &plot.bars[..] else {
            panic!("two bars");
        };
        assert_eq!(
            (high.x, high.y.as_str(), high.height.as_str()),
            (1, "0.00", "40.00")
        );
        assert_eq!(
            (high.bad.as_deref(), high.bad_y.as_str()),
            (Some("10.00"), "30.00")
        );
        assert_eq!((half.height.as_str(), half.bad.as_deref()), ("20.00", None));
        assert!(Plot::bars(&[]).bars.is_empty());
    }

    #[test]
    fn a_line_is_broken_where_nothing_is_known() {
        let plot = Plot::line(&[Some(2), Some(4), None, Some(1)]);
        assert_eq!(
            plot.lines,
            ["0,20.00 1,20.00 1,0.00 2,0.00", "3,30.00 4,30.00"]
        );
        assert!(Plot::line(&[None]).lines.is_empty());
    }
}

//! The numbers of learning: logistic regression with weights that are never negative.

/// An example as numbers.
#[derive(Debug, Clone)]
pub(super) struct Point {
    /// What each criterion gave, −1 to 1.
    pub(super) shares: Vec<f64>,
    /// Whether the side said yes.
    pub(super) is_yes: bool,
    /// How many answers it counts as.
    pub(super) worth: f64,
}

/// Chance of a yes from weighed shares.
#[derive(Debug, Clone)]
pub(super) struct Model {
    /// Weight of each criterion.
    weights: Vec<f64>,
    /// What is added to their sum.
    bias: f64,
}

impl Model {
    /// The chance that the side says yes.
    pub(super) fn chance(&self, point: &Point) -> f64 {
        sigmoid(self.bias + dot(&self.weights, &point.shares))
    }
}

/// Steps of descent.
const STEPS: usize = 1_500;
/// How strongly weights are held where they were, for one example's worth.
const HOLD: f64 = 1.0;

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn worth(points: &[Point]) -> f64 {
    points.iter().map(|point| point.worth).sum::<f64>().max(1.0)
}

/// Weights in points as shares of the whole.
fn shares(table: &[i32]) -> Vec<f64> {
    let sum = f64::from(table.iter().sum::<i32>().max(1));
    table.iter().map(|&points| f64::from(points) / sum).collect()
}

/// The model that uses `table` as it is, with the scale and the bias that suit the points best.
pub(super) fn calibrate(points: &[Point], table: &[i32]) -> Model {
    let table = shares(table);
    let sums: Vec<f64> = points.iter().map(|point| dot(&table, &point.shares)).collect();
    let (mut scale, mut bias) = (1.0, 0.0);
    let all = worth(points);
    for _ in 0..STEPS {
        let (mut by_scale, mut by_bias) = (0.0, 0.0);
        for (point, sum) in points.iter().zip(&sums) {
            let miss =
                point.worth * (sigmoid(bias + scale * sum) - f64::from(u8::from(point.is_yes)));
            by_scale += miss * sum;
            by_bias += miss;
        }
        // Sums lie between −1 and 1, so a step of 2 cannot overshoot.
        scale = (scale - 2.0 * (by_scale + 0.01 * HOLD * scale) / all).max(0.0);
        bias -= 2.0 * by_bias / all;
    }
    Model { weights: table.iter().map(|share| share * scale).collect(), bias }
}

/// The weights, never negative, that suit the points best while staying near `old`.
pub(super) fn fit(points: &[Point], old: &[i32]) -> Vec<f64> {
    let start = calibrate(points, old);
    // Where the old weights foretell nothing there is no scale to start from.
    let scale = start.weights.iter().sum::<f64>().max(1.0);
    let held: Vec<f64> = shares(old).iter().map(|share| share * scale).collect();
    let (mut weights, mut bias) = (held.clone(), start.bias);
    let all = worth(points);
    let longest =
        points.iter().map(|point| 1.0 + dot(&point.shares, &point.shares)).fold(1.0_f64, f64::max);
    let rate = 4.0 / (longest + 4.0 * HOLD);
    for _ in 0..STEPS {
        let mut slope = vec![0.0; weights.len()];
        let mut by_bias = 0.0;
        for point in points {
            let chance = sigmoid(bias + dot(&weights, &point.shares));
            let miss = point.worth * (chance - f64::from(u8::from(point.is_yes)));
            for (slope, share) in slope.iter_mut().zip(&point.shares) {
                *slope += miss * share;
            }
            by_bias += miss;
        }
        for ((weight, slope), held) in weights.iter_mut().zip(&slope).zip(&held) {
            *weight = (*weight - rate * (slope + HOLD * (*weight - held)) / all).max(0.0);
        }
        bias -= rate * by_bias / all;
    }
    weights
}

/// Weights as whole points that add up to `whole`, the rounding given to the largest remainders.
/// Where all are nothing, all get the same.
pub(super) fn to_points(weights: &[f64], whole: i32) -> Vec<i32> {
    let sum: f64 = weights.iter().sum();
    let even = vec![1.0; weights.len()];
    let (weights, sum) = if sum > 0.0 {
        (weights, sum)
    } else {
        (even.as_slice(), f64::from(u32::try_from(even.len()).unwrap_or(1)))
    };
    let exact: Vec<f64> = weights.iter().map(|weight| weight / sum * f64::from(whole)).collect();
    let mut points: Vec<i32> =
        exact.iter().map(|part| i32::try_from(whole_below(*part)).unwrap_or(0)).collect();
    let mut order: Vec<usize> = (0..points.len()).collect();
    let rest = |at: usize| exact[at] - exact[at].floor();
    order.sort_by(|&a, &b| rest(b).total_cmp(&rest(a)).then(a.cmp(&b)));
    let missing = usize::try_from(whole - points.iter().sum::<i32>()).unwrap_or(0);
    for &at in order.iter().take(missing) {
        points[at] += 1;
    }
    points
}

/// Mean logarithmic loss, each example by its worth.
pub(super) fn log_loss(points: &[Point], foretold: &[f64]) -> f64 {
    losses(points, foretold).sum::<f64>() / worth(points)
}

/// The loss of each point, times its worth.
pub(super) fn losses(points: &[Point], foretold: &[f64]) -> impl Iterator<Item = f64> {
    points.iter().zip(foretold).map(|(point, chance)| {
        let right = if point.is_yes { *chance } else { 1.0 - *chance };
        -point.worth * right.max(1e-9).ln()
    })
}

/// The probability that a yes is foretold more surely than a no; ties count half.
pub(super) fn auc(points: &[Point], foretold: &[f64]) -> f64 {
    let of = |is_yes: bool| {
        let own = points.iter().zip(foretold).filter(move |(point, _)| point.is_yes == is_yes);
        own.map(|(_, chance)| *chance).collect::<Vec<f64>>()
    };
    let (yes, no) = (of(true), of(false));
    let (mut won, mut pairs) = (0.0, 0.0);
    for a in &yes {
        for b in &no {
            pairs += 1.0;
            won += match a.total_cmp(b) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    if pairs > 0.0 { won / pairs } else { 0.5 }
}

/// A number rounded to the nearest whole one.
pub(super) fn whole(value: f64) -> i64 {
    whole_below(value.round())
}

fn whole_below(value: f64) -> i64 {
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "values here lie far inside the range"
    )]
    let whole = value.floor() as i64;
    whole
}

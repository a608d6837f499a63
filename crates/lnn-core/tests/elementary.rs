//! exp, tanh, ln, ln(1 + x) and √ measured: error at most 2 ulp, exact at the ends, monotone.
//!
//! For `f32` the reference is `libm` in `f64`, whose error is a few 10⁻⁹ of an ulp of `f32`. For `f64` it is
//! `reference/elementary.txt`, computed with 60 digits by the script beside it. `-- --nocapture` shows the maxima.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use lnn_core::Real;
use std::ops::Range;

/// The largest error allowed, in ulp.
const MOST_ULP: f64 = 2.0;

/// The largest error found and where.
#[derive(Debug, Default, Clone, Copy)]
struct Worst {
    ulp: f64,
    x: f64,
    n_points: usize,
}

impl Worst {
    fn take(&mut self, ulp: f64, x: f64) {
        self.n_points += 1;
        // NaN compares with nothing: it must not pass for a small error.
        if ulp > self.ulp || ulp.is_nan() {
            (self.ulp, self.x) = (ulp, x);
        }
    }

    fn check(self, name: &str) {
        println!("{name}: at most {:.4} ulp, at {:e}, of {} points", self.ulp, self.x, self.n_points);
        assert!(self.ulp <= MOST_ULP, "{name} has an error of {} ulp at {:e}", self.ulp, self.x);
    }
}

/// A function of `f32`, its reference, and where it is defined.
struct Single {
    name: &'static str,
    function: fn(f32) -> f32,
    reference: fn(f64) -> f64,
    range: Range<f32>,
    /// Where it passes from one formula, scale or polynomial to another.
    seams: Vec<f64>,
}

fn singles() -> [Single; 5] {
    let ln_2 = std::f64::consts::LN_2;
    let roots: Vec<f64> = (-149..128).map(|n| libm::ldexp(std::f64::consts::FRAC_1_SQRT_2, n + 1)).collect();
    let halves = (-301..256).map(|n| f64::from(n) * ln_2 / 2.0);
    let powers = || (-149..128).map(|n| libm::ldexp(1.0, n));
    let tanh = [0.625, 1.0, 4.5, 8.66, 9.01, 9.02, 44.5, 89.0].map(|x| [x, -x]).as_flattened().to_vec();
    let ln_1p = || powers().chain(roots.iter().map(|root| root - 1.0)).filter(|x| *x > 0.0);
    [
        Single {
            name: "exp",
            function: Real::exp,
            reference: libm::exp,
            range: f32::NEG_INFINITY..f32::INFINITY,
            seams: halves
                .chain([88.722_84, 89.0, -87.336_55, -103.278_93, -103.972_08, -104.0, 0.0])
                .collect(),
        },
        Single {
            name: "tanh",
            function: Real::tanh,
            reference: libm::tanh,
            range: f32::NEG_INFINITY..f32::INFINITY,
            seams: [tanh, vec![0.0]].concat(),
        },
        Single {
            name: "ln",
            function: Real::ln,
            reference: libm::log,
            range: 0.0..f32::INFINITY,
            seams: powers().chain(roots.iter().copied()).collect(),
        },
        Single {
            name: "ln_1p",
            function: Real::ln_1p,
            reference: libm::log1p,
            range: 0.0..f32::INFINITY,
            seams: ln_1p().collect(),
        },
        Single {
            name: "sqrt",
            function: Real::sqrt,
            reference: libm::sqrt,
            range: 0.0..f32::INFINITY,
            seams: powers().collect(),
        },
    ]
}

/// Numbers in their order: consecutive `f32` have consecutive indices, −0 and 0 both 0.
fn index_of(x: f32) -> i64 {
    let size = i64::from(x.to_bits() & 0x7fff_ffff);
    if x.is_sign_negative() { -size } else { size }
}

fn number_at(idx: i64) -> f32 {
    let size = f32::from_bits(idx.unsigned_abs() as u32);
    if idx < 0 { -size } else { size }
}

/// |found − exact| in units of the last place of the `f32` nearest to `exact`.
fn error_in_ulp(found: f32, exact: f64) -> f64 {
    let nearest = exact as f32;
    if found == nearest {
        // Infinity where the exact value rounds to it is no error.
        return if nearest.is_infinite() { 0.0 } else { (f64::from(found) - exact).abs() / ulp(nearest) };
    }
    // Infinity stands for the number after the largest.
    let value =
        |x: f32| if x.is_infinite() { libm::ldexp(1.0, 128).copysign(f64::from(x)) } else { f64::from(x) };
    (value(found) - exact).abs() / ulp(nearest)
}

fn ulp(x: f32) -> f64 {
    let size = x.abs().min(f32::MAX.next_down());
    f64::from(size.next_up()) - f64::from(size)
}

impl Single {
    /// Every `stride`-th number of a range of indices, upwards: errors go to `worst`, a step down is a panic.
    fn scan(&self, indices: Range<i64>, stride: usize, worst: &mut Worst) {
        let (low, high) = (index_of(self.range.start), index_of(self.range.end));
        let mut before = f32::NEG_INFINITY;
        for idx in (indices.start.max(low)..(indices.end).min(high + 1)).step_by(stride) {
            let x = number_at(idx);
            let found = (self.function)(x);
            assert!(found >= before, "{} falls from {before:e} to {found:e} at {x:e}", self.name);
            before = found;
            let exact = (self.reference)(f64::from(x));
            worst
                .take(if exact == f64::from(found) { 0.0 } else { error_in_ulp(found, exact) }, f64::from(x));
        }
    }

    fn scan_all(&self, stride: usize) {
        let mut worst = Worst::default();
        self.scan(index_of(f32::NEG_INFINITY)..index_of(f32::INFINITY) + 1, stride, &mut worst);
        worst.check(&format!("f32 {} everywhere, each {stride}th number", self.name));
    }
}

#[test]
fn single_precision_functions_are_accurate_and_monotone_everywhere() {
    for single in singles() {
        single.scan_all(1999);
    }
}

#[test]
fn single_precision_functions_are_accurate_and_monotone_at_their_seams() {
    for single in singles() {
        let mut worst = Worst::default();
        let around = 200_000 / single.seams.len() as i64;
        for &seam in &single.seams {
            let idx = index_of(seam as f32);
            single.scan(idx - around..idx + around + 1, 1, &mut worst);
        }
        worst.check(&format!("f32 {} at {} seams", single.name, single.seams.len()));
    }
}

/// `cargo test -p lnn-core --test elementary -- --ignored --nocapture`
#[test]
#[ignore = "looks at every f32: some minutes"]
fn single_precision_functions_are_accurate_and_monotone_at_every_number() {
    std::thread::scope(|scope| {
        for single in singles() {
            scope.spawn(move || single.scan_all(1));
        }
    });
}

/// One line of the table: x, the nearest `f64` to f(x), and how much it lacks in ulp.
struct Point {
    name: &'static str,
    x: f64,
    nearest: f64,
    rest: f64,
}

/// The committed points, or many more: `python3 crates/lnn-core/tests/reference/elementary.py table 20000 > FILE`, then
/// `LNN_ELEMENTARY_TABLE=FILE cargo test -p lnn-core --test elementary -- --nocapture`.
fn table() -> Vec<Point> {
    let text = std::env::var_os("LNN_ELEMENTARY_TABLE").map(|path| std::fs::read_to_string(path).unwrap());
    let text = text.unwrap_or_else(|| include_str!("reference/elementary.txt").to_owned());
    let number = |word: &str| f64::from_bits(u64::from_str_radix(word, 16).unwrap());
    let point = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let name = DOUBLES.iter().find(|(name, _)| *name == words[0]).unwrap().0;
        Point { name, x: number(words[1]), nearest: number(words[2]), rest: words[3].parse().unwrap() }
    };
    text.lines().filter(|line| !line.starts_with('#')).map(point).collect()
}

/// A name and the function.
type Named<T> = (&'static str, fn(T) -> T);

const DOUBLES: [Named<f64>; 4] =
    [("exp", Real::exp), ("tanh", Real::tanh), ("ln", Real::ln), ("ln_1p", Real::ln_1p)];

#[test]
fn double_precision_functions_are_accurate() {
    let table = table();
    for (name, function) in DOUBLES {
        let mut worst = Worst::default();
        for point in table.iter().filter(|point| point.name == name) {
            let size = point.nearest.abs();
            // The spacing above a number, as the table has it.
            let ulp = size.next_up() - size;
            worst.take(((function(point.x) - point.nearest) / ulp - point.rest).abs(), point.x);
        }
        assert!(worst.n_points > 200, "{name}");
        worst.check(&format!("f64 {name}"));
    }
}

/// `f64` are too many to look at all: neighbours of each point of the table, and the points among themselves.
#[test]
fn double_precision_functions_are_monotone() {
    const AROUND: usize = 100;
    let table = table();
    for (name, function) in DOUBLES {
        let check = |x: f64, next: f64| {
            assert!(function(x) <= function(next), "f64 {name} falls between {x:e} and {next:e}");
        };
        let points: Vec<f64> = table.iter().filter(|point| point.name == name).map(|point| point.x).collect();
        for pair in points.windows(2) {
            check(pair[0], pair[1]);
        }
        for start in points {
            let mut x = start;
            for _ in 0..AROUND {
                check(x, x.next_up());
                x = x.next_up();
            }
        }
    }
}

fn bits<T: Real>(function: fn(T) -> T, x: f64) -> u64 {
    function(T::from_f64(x)).to_bits64()
}

fn is_nan<T: Real>(x: T) -> bool {
    x.to_f64().is_nan()
}

/// A name, the function, x, and what it is there.
type End<T> = (&'static str, fn(T) -> T, f64, f64);

/// What every precision has in common; `tiny` is its smallest number, and a tanh of `large` is 1.
fn check_ends<T: Real>(tiny: f64, large: f64) {
    let exact: [End<T>; 26] = [
        ("exp", T::exp, 0.0, 1.0),
        ("exp", T::exp, -0.0, 1.0),
        ("exp", T::exp, tiny, 1.0),
        ("exp", T::exp, -tiny, 1.0),
        ("exp", T::exp, f64::INFINITY, f64::INFINITY),
        ("exp", T::exp, f64::NEG_INFINITY, 0.0),
        ("exp", T::exp, 1e30, f64::INFINITY),
        ("exp", T::exp, -1e30, 0.0),
        ("tanh", T::tanh, 0.0, 0.0),
        ("tanh", T::tanh, -0.0, -0.0),
        ("tanh", T::tanh, tiny, tiny),
        ("tanh", T::tanh, -tiny, -tiny),
        ("tanh", T::tanh, large, 1.0),
        ("tanh", T::tanh, -large, -1.0),
        ("tanh", T::tanh, f64::INFINITY, 1.0),
        ("tanh", T::tanh, f64::NEG_INFINITY, -1.0),
        ("ln", T::ln, 1.0, 0.0),
        ("ln", T::ln, 0.0, f64::NEG_INFINITY),
        ("ln", T::ln, -0.0, f64::NEG_INFINITY),
        ("ln", T::ln, f64::INFINITY, f64::INFINITY),
        ("ln_1p", T::ln_1p, 0.0, 0.0),
        ("ln_1p", T::ln_1p, tiny, tiny),
        ("ln_1p", T::ln_1p, f64::INFINITY, f64::INFINITY),
        ("sqrt", T::sqrt, 0.0, 0.0),
        ("sqrt", T::sqrt, -0.0, -0.0),
        ("sqrt", T::sqrt, f64::INFINITY, f64::INFINITY),
    ];
    for (name, function, x, expected) in exact {
        let found = bits(function, x);
        assert_eq!(found, T::from_f64(expected).to_bits64(), "{name} of {x:e} in {}", T::NAME);
    }
    let minus_one = T::ZERO - T::ONE;
    let not_a_number = T::from_f64(f64::NAN);
    for function in [T::exp, T::tanh, T::ln, T::ln_1p, T::sqrt] {
        assert!(is_nan(function(not_a_number)), "{}", T::NAME);
    }
    assert!(is_nan(minus_one.ln()) && is_nan(minus_one.sqrt()), "{}", T::NAME);
    assert!(is_nan(T::from_f64(f64::NEG_INFINITY).ln()), "{}", T::NAME);
}

#[test]
fn the_ends_are_exact() {
    check_ends::<f32>(f64::from(f32::from_bits(1)), 9.1);
    check_ends::<f64>(f64::from_bits(1), 19.1);
}

#[test]
fn tanh_is_odd_to_the_bit() {
    for idx in (0..index_of(f32::INFINITY)).step_by(10_007) {
        let x = number_at(idx);
        assert_eq!(Real::tanh(-x).to_bits(), (-Real::tanh(x)).to_bits(), "{x:e}");
        let x = f64::from(x);
        assert_eq!(Real::tanh(-x).to_bits(), (-Real::tanh(x)).to_bits(), "{x:e}");
    }
}

/// Mantissa of 53 bits and exponent of a positive number.
fn parts(x: f64) -> (u128, i32) {
    let (mantissa, exponent) = (x.to_bits() & ((1 << 52) - 1), (x.to_bits() >> 52) as i32);
    let (whole, exponent) =
        if exponent == 0 { (mantissa, -1074) } else { (mantissa | 1 << 52, exponent - 1075) };
    let missing = whole.leading_zeros() - 11;
    (u128::from(whole << missing), exponent - missing as i32)
}

/// √ is the processor's own. With whole numbers, nothing is rounded: (s − ½)² < x < (s + ½)².
#[test]
fn double_precision_roots_are_the_nearest_numbers() {
    for point in table().iter().filter(|point| point.name == "ln") {
        let (mantissa, exponent) = parts(point.x);
        let shift = if exponent % 2 == 0 { 52 } else { 53 };
        let (root, root_exponent) = parts(Real::sqrt(point.x));
        assert_eq!(root_exponent, (exponent - shift) / 2, "{:e}", point.x);
        let square = mantissa << shift;
        let (below, above) = ((2 * root - 1).pow(2), (2 * root + 1).pow(2));
        assert!(below < 4 * square && 4 * square < above, "√{:e}", point.x);
    }
}

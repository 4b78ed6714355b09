//! Products of short columns.

/// `a'b`.
pub(crate) fn dot<const K: usize>(a: &[f64; K], b: &[f64; K]) -> f64 {
    let mut sum = 0.0;
    for i in 0..K {
        sum += a[i] * b[i];
    }
    sum
}

/// Length of `a`.
pub(crate) fn norm<const K: usize>(a: &[f64; K]) -> f64 {
    dot(a, a).sqrt()
}

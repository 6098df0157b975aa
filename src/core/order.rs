//! Sorting, compiled once: what is sorted is the numbers of the items.

use core::cmp::Ordering;

/// The numbers of `count` items in the order that `compare` puts them in. Equal ones stay as they were.
pub fn order(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_unstable_by(|a, b| compare(*a, *b).then(a.cmp(b)));
    order
}

//! Sorting by an index, so that the browser module holds one copy of the standard library's sort.

use std::cmp::Ordering;

/// The indices `0..count` in the order of `compare`. Equal items keep their order.
pub fn order(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

//! Sorting, compiled once: what is sorted is the numbers of the items.

use core::cmp::Ordering;

/// The numbers of `count` items in the order that `compare` puts them in. Equal ones stay as they were.
///
/// By merging, since a comparison is what costs: the standard library's, compiled small, takes twice as many.
pub fn order(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut width = 1;
    while width < count {
        let mut merged = Vec::with_capacity(count);
        for both in order.chunks(2 * width) {
            let (mut left, mut right) = both.split_at(width.min(both.len()));
            while let ([first, others @ ..], [other, rest @ ..]) = (left, right) {
                if compare(*first, *other) == Ordering::Greater {
                    merged.push(*other);
                    right = rest;
                } else {
                    merged.push(*first);
                    left = others;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        order = merged;
        width *= 2;
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::order;

    proptest! {
        #[test]
        fn as_the_standard_library_sorts(items in prop::collection::vec(0..9u8, 0..40)) {
            let mut expected: Vec<usize> = (0..items.len()).collect();
            expected.sort_by_key(|at| items[*at]);
            prop_assert_eq!(order(items.len(), &|a, b| items[a].cmp(&items[b])), expected);
        }
    }
}

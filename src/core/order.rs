//! Sorting by an index. The browser module holds one copy of this merge sort. Own code, because the standard library's sort, compiled for
//! size, makes about twice as many comparisons.

use std::cmp::Ordering;

/// The indices `0..count` in the order of `compare`. Equal items keep their order.
pub fn order(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut width = 1;
    while width < count {
        let mut merged = Vec::with_capacity(count);
        for pair in order.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
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
        fn order_agrees_with_the_stable_sort_of_std(items in prop::collection::vec(0..9u8, 0..40)) {
            let mut expected: Vec<usize> = (0..items.len()).collect();
            expected.sort_by_key(|at| items[*at]);
            prop_assert_eq!(order(items.len(), &|a, b| items[a].cmp(&items[b])), expected);
        }
    }
}

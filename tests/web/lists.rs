//! Lists: their order when items are awaited concurrently.

use connect_flow::{AccountFilter, ConnectError, ConnectedAccount, List};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::*;

/// Accounts `ca_1` to `ca_4` on two pages. The first page arrives late.
const TWO_PAGES: &str = r#"
    const page = (numbers, next_cursor) =>
      json({ items: numbers.map((number) => ({ id: `ca_${number}`, status: "ACTIVE" })), next_cursor });
    if (request.url.includes("cursor=second")) return page([3, 4]);
    return new Promise((resolve) => setTimeout(() => resolve(page([1, 2], "second"))));"#;

fn accounts(platform: &Platform) -> List<ConnectedAccount> {
    let accounts = platform.client().list_accounts(AccountFilter::default());
    accounts.expect("a list")
}

fn id(item: Result<Option<ConnectedAccount>, ConnectError>) -> Option<String> {
    item.expect("no error").map(|account| account.id)
}

#[wasm_bindgen_test]
async fn concurrent_calls_of_next_return_items_in_the_order_of_the_calls() {
    let platform = Platform::new(TWO_PAGES);
    let list = accounts(&platform);
    let mut calls: Vec<Work<_>> = (0..5).map(|_| list.clone().next() as Work<_>).collect();
    // The last call is polled first.
    calls.reverse();
    let ids: Vec<_> = at_once(calls).await.into_iter().map(id).collect();
    let ids: Vec<_> = ids.iter().map(Option::as_deref).collect();
    assert_eq!(
        ids,
        [None, Some("ca_4"), Some("ca_3"), Some("ca_2"), Some("ca_1")]
    );
    assert_eq!(platform.count(), 2, "each page is requested once");
}

#[wasm_bindgen_test]
async fn a_dropped_call_of_next_takes_no_item_and_keeps_the_order() {
    for dropped in 0..3 {
        let platform = Platform::new(TWO_PAGES);
        let list = accounts(&platform);
        let mut calls: Vec<Work<_>> = (0..3).map(|_| list.next() as Work<_>).collect();
        drop(calls.remove(dropped));
        let ids: Vec<_> = at_once(calls).await.into_iter().map(id).collect();
        let ids: Vec<_> = ids.iter().map(Option::as_deref).collect();
        assert_eq!(
            ids,
            [Some("ca_1"), Some("ca_2")],
            "call {dropped} is dropped"
        );
        assert_eq!(platform.count(), 1, "call {dropped} is dropped");
    }
}

#[wasm_bindgen_test]
async fn all_returns_the_items_that_earlier_calls_of_next_leave() {
    let platform = Platform::new(TWO_PAGES);
    let list = accounts(&platform);
    let first = list.next();
    let rest = list.all();
    let last = list.next();
    let ids = |account: Option<ConnectedAccount>| account.into_iter().map(|one| one.id).collect();
    let calls: Vec<Work<Vec<String>>> = vec![
        Box::pin(async move { ids(last.await.expect("the end")) }),
        Box::pin(async move {
            let rest = rest.await.expect("the rest");
            rest.into_iter().map(|account| account.id).collect()
        }),
        Box::pin(async move { ids(first.await.expect("an account")) }),
    ];
    let expected: [&[&str]; 3] = [&[], &["ca_2", "ca_3", "ca_4"], &["ca_1"]];
    assert_eq!(at_once(calls).await, expected);
    assert_eq!(platform.count(), 2, "each page is requested once");
}

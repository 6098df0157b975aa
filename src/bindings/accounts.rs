//! `connectedAccounts`, `entity(id)` and their lists, as JavaScript sees them.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{Object, Promise, Reflect, Symbol};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::convert::{call, call_js, execution_to_js, promise_js, put, to_js};
use crate::client::ConnectClient;
use crate::core::error::ConnectError;
use crate::core::options::{RefreshOptions, WaitOptions, read_account_id, read_app};
use crate::core::procedure::find_account::AccountPages;
use crate::core::procedure::initiate::InitiateOptions;
use crate::core::protocol::operation::{AccountFilter, Execute};

/// The connected accounts of a client.
#[wasm_bindgen]
pub struct ConnectedAccounts(pub(super) ConnectClient);

/// One end user.
#[wasm_bindgen]
pub struct Entity(pub(super) ConnectClient, pub(super) String);

/// Accounts one after the other; made by `connectedAccounts.list`, and iterated with `for await`.
#[wasm_bindgen(skip_typescript)]
pub struct AccountIterator {
    client: ConnectClient,
    pages: Rc<RefCell<AccountPages>>,
    /// Calls are answered one at a time, in their order.
    last: RefCell<Promise>,
}

#[wasm_bindgen]
impl ConnectedAccounts {
    /// The documents' name of `initiateConnection`.
    #[wasm_bindgen(unchecked_return_type = "Promise<ConnectionRequest>")]
    pub fn initiate(
        &self,
        #[wasm_bindgen(unchecked_param_type = "InitiateConnectionOptions")] options: &JsValue,
    ) -> Promise {
        initiate(&self.0, options)
    }

    /// One connected account, as the platform reports it now.
    ///
    /// Rejects with `not_found`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<ConnectedAccount>")]
    pub fn get(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            options,
            read_account_id,
            async |client, id, signal| client.get_connected_account(id, signal).await,
        )
    }

    /// Connected accounts, asked for page by page as they are iterated. Without an entity: the client's.
    ///
    /// Iterating rejects with the codes of any request; the call itself throws `invalid_argument`.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<ConnectedAccount>")]
    pub fn list(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "ListConnectedAccountsOptions")]
        options: &JsValue,
    ) -> Result<JsValue, JsValue> {
        super::convert::read(options, AccountFilter::read)
            .map(|filter| iterate(&self.0, filter))
            .map_err(|failure| super::convert::to_error(&failure))
    }

    /// Waits until an account is `ACTIVE`, looking at it ever less often. Default limit: 10 minutes.
    ///
    /// Rejects with `access_denied`, `account_failed`, `account_expired`, `account_revoked`, `account_inactive` as soon as
    /// the platform says so, `timeout`, `not_found`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(js_name = waitUntilActive, unchecked_return_type = "Promise<ConnectedAccount>")]
    pub fn wait_until_active(
        &self,
        #[wasm_bindgen(unchecked_param_type = "WaitUntilActiveOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            options,
            WaitOptions::read,
            async |client, wait, signal| {
                client
                    .wait_until_active(wait.connected_account_id, wait.timeout_ms, signal)
                    .await
            },
        )
    }

    /// Starts a new attempt for an account: for OAuth the user has to go to its `redirectUrl` once more.
    ///
    /// Rejects with `not_found`, `redirect_refused`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<ConnectionRequest>")]
    pub fn refresh(
        &self,
        #[wasm_bindgen(unchecked_param_type = "RefreshOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            options,
            RefreshOptions::read,
            async |client, refresh, signal| {
                client
                    .refresh_account(refresh.connected_account_id, refresh.redirect_url, signal)
                    .await
            },
        )
    }

    /// Switches an account on.
    ///
    /// Rejects with `not_found`, `rejected`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn enable(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        self.set_enabled(options, true)
    }

    /// Switches an account off; `enable` switches it on again.
    ///
    /// Rejects with `not_found`, `rejected`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn disable(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        self.set_enabled(options, false)
    }

    /// Deletes an account.
    ///
    /// Rejects with `not_found`, `rejected`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn delete(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        call_js(
            &self.0,
            options,
            read_account_id,
            async |client, id, signal| {
                client.delete_account(id, signal).await?;
                Ok(JsValue::UNDEFINED)
            },
        )
    }

    fn set_enabled(&self, options: &JsValue, enabled: bool) -> Promise {
        call_js(
            &self.0,
            options,
            read_account_id,
            async move |client, id, signal| {
                client.set_account_enabled(id, enabled, signal).await?;
                Ok(JsValue::UNDEFINED)
            },
        )
    }
}

#[wasm_bindgen]
impl Entity {
    /// All connected accounts of the entity.
    #[wasm_bindgen(js_name = getConnections, unchecked_return_type = "Promise<ConnectedAccount[]>")]
    pub fn get_connections(&self) -> Promise {
        let (client, entity_id) = (self.0.clone(), Some(self.1.clone()));
        super::convert::promise(async move {
            let mut pages = client.list_accounts(AccountFilter {
                entity_id,
                ..AccountFilter::default()
            });
            let mut accounts = Vec::new();
            while let Some(account) = client.next_account(&mut pages, None).await? {
                accounts.push(account);
            }
            Ok(accounts)
        })
    }

    /// The entity's newest account of an app that can be used, or null.
    #[wasm_bindgen(js_name = getConnection, unchecked_return_type = "Promise<ConnectedAccount | null>")]
    pub fn get_connection(
        &self,
        #[wasm_bindgen(unchecked_param_type = "GetConnectionOptions")] options: &JsValue,
    ) -> Promise {
        let entity_id = self.1.clone();
        call(
            &self.0,
            options,
            read_app,
            async move |client, app, signal| client.find_account(entity_id, app, signal).await,
        )
    }

    /// `initiateConnection` for this entity.
    #[wasm_bindgen(js_name = initiateConnection, unchecked_return_type = "Promise<ConnectionRequest>")]
    pub fn initiate_connection(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Omit<InitiateConnectionOptions, \"entityId\">")]
        options: &JsValue,
    ) -> Promise {
        let entity_id = self.1.clone();
        call(
            &self.0,
            options,
            InitiateOptions::read,
            async move |client, mut initiate, signal| {
                own(&mut initiate.entity_id, entity_id)?;
                client.initiate_connection(initiate, signal).await
            },
        )
    }

    /// `executeAction` on behalf of this entity.
    #[wasm_bindgen(unchecked_return_type = "Promise<Execution>")]
    pub fn execute(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Omit<ExecuteActionOptions, \"entityId\">")]
        options: &JsValue,
    ) -> Promise {
        let entity_id = self.1.clone();
        call_js(
            &self.0,
            options,
            Execute::read,
            async move |client, mut execute, signal| {
                own(&mut execute.entity_id, entity_id)?;
                Ok(execution_to_js(
                    &client.execute_action(execute, signal).await?,
                ))
            },
        )
    }
}

/// An entity acts for itself only.
fn own(slot: &mut Option<String>, entity_id: String) -> Result<(), ConnectError> {
    match slot.replace(entity_id) {
        None => Ok(()),
        Some(_) => Err(ConnectError::argument(
            "unknown",
            "entityId",
            "is not an option of this call",
        )),
    }
}

#[wasm_bindgen]
impl AccountIterator {
    /// As of `AsyncIterator`.
    pub fn next(&self) -> Promise {
        let (client, pages) = (self.client.clone(), self.pages.clone());
        let previous = self.last.borrow().clone();
        let next = promise_js(async move {
            // Whether the call before failed is its caller's business.
            let _ = JsFuture::from(previous).await;
            let mut at = pages.replace(AccountPages::default());
            let account = client.next_account(&mut at, None).await;
            pages.replace(at);
            let account = account?;
            let result = Object::new();
            put(&result, "done", &account.is_none().into());
            if let Some(account) = &account {
                put(&result, "value", &to_js(account));
            }
            Ok(result.into())
        });
        *self.last.borrow_mut() = next.clone();
        next
    }
}

fn iterate(client: &ConnectClient, filter: AccountFilter) -> JsValue {
    let iterator: JsValue = AccountIterator {
        client: client.clone(),
        pages: Rc::new(RefCell::new(client.list_accounts(filter))),
        last: RefCell::new(Promise::resolve(&JsValue::UNDEFINED)),
    }
    .into();
    // An iterator is its own iterable, and `valueOf` is the function that answers its `this`.
    let value_of = Reflect::get(&Object::new(), &"valueOf".into()).unwrap_or_default();
    let _ = Reflect::set(&iterator, &Symbol::async_iterator(), &value_of);
    iterator
}

/// `initiateConnection`, under either of its names.
pub(super) fn initiate(client: &ConnectClient, options: &JsValue) -> Promise {
    call(
        client,
        options,
        InitiateOptions::read,
        async |client, initiate, signal| client.initiate_connection(initiate, signal).await,
    )
}

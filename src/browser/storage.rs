//! Stores attempts while the user is away from the page. Falls back to memory if the storage throws or is full.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::surroundings::global;
use super::value::parse_json;
use crate::core::pending::{KEY_PREFIX, PendingConnection};

#[wasm_bindgen(module = "/src/browser/window.js")]
extern "C" {
    /// `localStorage`, or the client's option `storage`.
    #[derive(Clone)]
    pub type Storage;
    /// Whether the storage accepted the entry.
    fn put(storage: &Storage, key: &str, text: &str) -> bool;
    fn remove(storage: &Storage, key: &str);
    fn get(storage: &Storage, key: &str) -> JsValue;
    fn entries(storage: &Storage, prefix: &str) -> Array;
}

thread_local! {
    /// Records that a storage refused, with that storage. Clients of the same storage share them.
    static MEMORY: RefCell<Vec<(JsValue, PendingConnection)>> = const { RefCell::new(Vec::new()) };
}

/// The records of this browser.
pub struct Records {
    storage: Option<Storage>,
}

impl Records {
    /// Records in `storage`, by default `localStorage`.
    pub fn new(storage: Option<Storage>) -> Self {
        Records {
            // Reading the property throws if cookies are blocked.
            storage: storage.or_else(|| {
                let value = global("globalThis", "localStorage");
                value.is_object().then(|| value.unchecked_into())
            }),
        }
    }

    /// Stores a record, in memory if the storage refuses it. Returns whether the storage accepted it.
    pub fn put(&self, record: &PendingConnection) -> bool {
        let key = PendingConnection::key(&record.flow_id);
        let stored = self
            .storage
            .as_ref()
            .is_some_and(|storage| put(storage, &key, &record.to_json()));
        self.forget(&record.flow_id);
        if !stored {
            // The storage may still have an older record that says the attempt goes on.
            if let Some(storage) = self.storage.as_ref().filter(|_| record.is_ended()) {
                remove(storage, &key);
            }
            let entry = (self.identity(), record.clone());
            MEMORY.with_borrow_mut(|memory| memory.push(entry));
        }
        stored
    }

    /// Removes a record.
    pub fn remove(&self, flow_id: &str) {
        if let Some(storage) = &self.storage {
            remove(storage, &PendingConnection::key(flow_id));
        }
        self.forget(flow_id);
    }

    /// The storage as a value to compare. Undefined without storage.
    fn identity(&self) -> JsValue {
        self.storage.as_ref().map(JsValue::from).unwrap_or_default()
    }

    fn forget(&self, flow_id: &str) {
        let own = self.identity();
        MEMORY.with_borrow_mut(|memory| {
            memory.retain(|(storage, record)| *storage != own || record.flow_id != flow_id);
        });
    }

    /// The record of a flow id, of any age.
    pub fn get(&self, flow_id: &str) -> Option<PendingConnection> {
        let own = self.identity();
        let kept = MEMORY.with_borrow(|memory| {
            let mut mine = memory.iter().filter(|(storage, _)| *storage == own);
            let found = mine.find(|(_, record)| record.flow_id == flow_id);
            found.map(|(_, record)| record.clone())
        });
        kept.or_else(|| {
            let key = PendingConnection::key(flow_id);
            read(&key, get(self.storage.as_ref()?, &key))
        })
    }

    /// All records of any age. Invalid entries are skipped.
    pub fn all(&self) -> Vec<PendingConnection> {
        let own = self.identity();
        let mut records: Vec<_> = MEMORY.with_borrow(|memory| {
            let mine = memory.iter().filter(|(storage, _)| *storage == own);
            mine.map(|(_, record)| record.clone()).collect()
        });
        let Some(storage) = &self.storage else {
            return records;
        };
        let entries = entries(storage, KEY_PREFIX);
        for index in (0..entries.length()).step_by(2) {
            let record = entries
                .get(index)
                .as_string()
                .and_then(|key| read(&key, entries.get(index + 1)))
                // A record in memory is newer, because the storage refused it.
                .filter(|record| records.iter().all(|newer| newer.flow_id != record.flow_id));
            records.extend(record);
        }
        records
    }
}

/// The record in a stored entry, if it is valid.
fn read(key: &str, text: JsValue) -> Option<PendingConnection> {
    PendingConnection::from_value(key, &parse_json(&text.dyn_into().ok()?)?)
}

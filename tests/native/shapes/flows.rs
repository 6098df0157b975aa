//! Snapshots of flows in every state, and trace entries of every kind.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json, json};

use super::answers::{account, every, field, issues, named, scheme, some, text, with};
use crate::core::error::ErrorCode;
use crate::core::flow::{Flow, FlowEvent, FlowMode, FlowOptions, FlowSnapshot, WorkResult};
use crate::core::trace::{FlowTag, PopupChange, StorageChange, TraceEntry, TraceEvent};
use crate::tests::flow_grid;
use crate::tests::support;
use crate::tests::support::flow::{Play, URL, api_key, initiated, oauth, options};
use crate::tests::support::shape::{Note, Shape, Shapes, fits};

/// Members of every snapshot.
const BASICS: [&str; 5] = [
    "app",
    "authScheme",
    "entityId",
    "expectedInputFields",
    "integrationId",
];

fn snapshot(is_given: bool) -> FlowSnapshot {
    FlowSnapshot {
        state: "idle",
        app: some(is_given, text()),
        entity_id: some(is_given, text()),
        expected_input_fields: Rc::new(vec![field(is_given)]),
        integration_id: some(is_given, text()),
        auth_scheme: some(is_given, scheme()),
        issues: some(is_given, issues(true)),
        existing: some(is_given, vec![account(true)]),
        in_app_browser: some(is_given, "instagram"),
        flow_id: some(is_given, text()),
        connected_account_id: some(is_given, text()),
        expires_at_ms: some(is_given, 1),
        is_popup_open: some(is_given, true),
        session_uri: some(is_given, text()),
        account: some(is_given, account(true)),
        return_to: some(is_given, text()),
        error: None,
    }
}

/// A snapshot as the bindings show it, which add the fields and the error: tests/node/shapes.test.mjs.
fn shown(snapshot: &FlowSnapshot) -> Map<String, Json> {
    let mut object = json!(snapshot).as_object().expect("an object").clone();
    object.insert(
        "expectedInputFields".to_owned(),
        json!(*snapshot.expected_input_fields),
    );
    if let Some(error) = &snapshot.error {
        object.insert(
            "error".to_owned(),
            with(json!(error), "name", json!("ConnectError")),
        );
    }
    object
}

/// The samples of the states: flows that reached them.
fn flows() -> Vec<(&'static str, Play)> {
    let mut flows = flow_grid::states();
    let mut ready = Play::of(Flow::new(options(FlowMode::Redirect), Some("instagram")));
    ready.load();
    ready.loaded(oauth());
    ready.listed(Ok(vec![support::flow::account("ACTIVE")]));
    flows.push(("ready", ready));
    // Values that are wrong.
    let mut refused = Play::new(FlowMode::Redirect);
    refused.load();
    refused.loaded(api_key());
    refused.submit(&[]);
    flows.push(("ready", refused));
    // A window that is no popup.
    let mut waiting = Play::new(FlowMode::Redirect);
    waiting.submit(&[]);
    waiting.loaded(oauth());
    waiting.initiated(Some(URL));
    waiting.event(FlowEvent::PageRestored);
    flows.push(("waiting", waiting));
    let options = FlowOptions {
        return_to: None,
        ..options(FlowMode::Popup)
    };
    let mut connected = Play::of(Flow::new(options, None));
    connected.load();
    connected.loaded(oauth());
    connected.submit(&[]);
    connected.reserved(true);
    let mut without_return = initiated(None, connected.now_ms);
    without_return.record.return_to = None;
    connected.done(WorkResult::Initiated(Ok(without_return)));
    connected.checked("ACTIVE");
    flows.push(("connected", connected));
    flows
}

/// Names the common members of all snapshots, and returns the shapes of the others by state.
pub fn snapshots(shapes: &mut Shapes) -> BTreeMap<&'static str, Shape> {
    let whole = [true, false].map(snapshot);
    let basics = whole.each_ref().map(|snapshot| {
        let mut members = shown(snapshot);
        members.retain(|name, _| BASICS.contains(&name.as_str()));
        Json::Object(members)
    });
    shapes.answer("FlowBasics", &basics, &[]);
    let mut samples: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for (state, play) in flows() {
        assert_eq!(play.state(), state);
        let members = Json::Object(own_members(&play.snapshot()));
        samples.entry(state).or_default().push(members);
    }
    for name in own_members(&whole[0]).keys() {
        let has = |sample: &Json| sample.get(name).is_some();
        assert!(
            samples.values().flatten().any(has),
            "no sample has `{name}`"
        );
    }
    let shape = |(state, samples): (_, Vec<Json>)| (state, shapes.shape(&samples, &[]));
    samples.into_iter().map(shape).collect()
}

/// The members that not every snapshot has.
fn own_members(snapshot: &FlowSnapshot) -> Map<String, Json> {
    let mut members = shown(snapshot);
    members.retain(|name, _| name != "state" && !BASICS.contains(&name.as_str()));
    members
}

/// Whether a snapshot has the members that the TypeScript type of its state has.
pub fn is_typed(snapshot: &FlowSnapshot) -> bool {
    static STATES: LazyLock<BTreeMap<&str, Shape>> = LazyLock::new(|| snapshots(&mut named()));
    let shape = STATES.get(snapshot.state);
    shape.is_some_and(|shape| fits(&own_members(snapshot), shape))
}

/// The shapes of trace entries by kind.
pub fn trace(shapes: &Shapes) -> Json {
    let codes = || ErrorCode::ALL.iter().copied().map(Some).chain([None]);
    let flow = FlowTag::of("0123456789");
    let mut events = Vec::new();
    for code in codes() {
        for status in [Some(200), None] {
            events.push(TraceEvent::Request {
                operation: "getApp",
                method: "GET",
                prefix: "/api",
                route: "/toolkits",
                status,
                ms: 1,
                code,
                is_deprecated: status.is_some(),
                sunset_ms: status.map(u64::from),
            });
        }
        for (state, _) in flow_grid::states() {
            events.push(TraceEvent::State { flow, state, code });
        }
    }
    let popup = every!(PopupChange: Reserved, Blocked, Navigated, Closed);
    events.extend(popup.map(|what| TraceEvent::Popup { flow, what }));
    let record = every!(StorageChange: Stored, KeptInMemory, Removed);
    events.extend(record.map(|what| TraceEvent::Storage { flow, what }));
    let mut kinds: Map<String, Json> = Map::new();
    for event in events {
        // A new kind needs samples above.
        let kind = match event {
            TraceEvent::Request { .. } => "request",
            TraceEvent::State { .. } => "state",
            TraceEvent::Popup { .. } => "popup",
            TraceEvent::Storage { .. } => "storage",
        };
        let mut entry = json!(TraceEntry { at_ms: 1, event })
            .as_object()
            .expect("an object")
            .clone();
        assert_eq!(entry.remove("kind"), Some(json!(kind)));
        let samples = kinds.entry(kind).or_insert_with(|| json!([]));
        samples
            .as_array_mut()
            .expect("samples")
            .push(Json::Object(entry));
    }
    let notes = ["code", "state", "what"].map(|name| (name, Note::Words));
    let shape = |(kind, samples): (String, Json)| {
        (
            kind,
            json!(shapes.shape(samples.as_array().expect("samples"), &notes)),
        )
    };
    Json::Object(kinds.into_iter().map(shape).collect())
}

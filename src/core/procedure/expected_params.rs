//! Which fields to ask the user for (docs/protocol.md §5.5): the oldest enabled integration that fits decides.

use serde::Serialize;

use super::create_integration::{check_scheme, creation};
use super::{Event, Procedure, Step, Task, out_of_step};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::fields::Field;
use crate::core::order::order;
use crate::core::protocol::answer::{Answer, App, Integration};
use crate::core::protocol::operation::Operation;
use crate::core::scheme::AuthScheme;
use crate::core::text::concat;
use crate::core::time::parse_iso;

/// A list that goes on for longer than this is not walked to its end.
const MAX_PAGES: u32 = 20;

/// Which app or integration to look at.
#[derive(Debug, Clone, Default)]
pub struct ExpectedParamsOptions {
    /// Key of the app. Either this or `integration_id` is required.
    pub app: Option<String>,
    /// Id of the integration.
    pub integration_id: Option<String>,
    /// Only an integration of this scheme will do.
    pub auth_scheme: Option<AuthScheme>,
}

/// What the user is to be asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedParams {
    /// In the order to ask for them; may be empty.
    pub expected_input_fields: Vec<Field>,
    /// `None` when the scheme is `NO_AUTH`: such an app needs no connection.
    pub integration_id: Option<String>,
    /// The integration's scheme, which need not be the app's first.
    pub auth_scheme: AuthScheme,
    /// Key of the app, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Whether the integration uses the platform's own credentials, when known.
    #[serde(skip)]
    pub is_managed: Option<bool>,
}

/// The procedure.
#[derive(Debug)]
pub struct GetExpectedParams {
    options: ExpectedParamsOptions,
    may_create: bool,
    pages: u32,
    oldest: Option<Integration>,
    state: State,
}

#[derive(Debug)]
enum State {
    Started,
    Listing,
    Fetching,
    /// The integration is known, its fields are the app's.
    ReadingFields(Integration),
    /// There is no integration.
    LookingUpApp,
    Creating(App),
    Ended,
}

impl GetExpectedParams {
    /// `may_create`: whether an integration may be created where there is none.
    pub fn new(options: ExpectedParamsOptions, may_create: bool) -> Self {
        GetExpectedParams {
            options,
            may_create,
            pages: 0,
            oldest: None,
            state: State::Started,
        }
    }

    fn app(&self) -> &str {
        self.options.app.as_deref().unwrap_or_default()
    }

    fn start(&mut self) -> Step<ExpectedParams> {
        if let Some(id) = self.options.integration_id.clone() {
            return self.get(id);
        }
        let app = self.app().to_owned();
        Step::Do(Task::Both(self.list(None), Operation::GetApp { app }))
    }

    /// Whether this app is asked for beside the list, which need not tell the fields. An integration that is asked for by its id
    /// mostly tells them.
    fn is_app_asked(&self, app: &str) -> bool {
        self.options.integration_id.is_none() && app == self.app()
    }

    fn get_app(&self, app: String) -> Step<ExpectedParams> {
        if self.is_app_asked(&app) {
            Step::Do(Task::Second)
        } else {
            Step::call(Operation::GetApp { app })
        }
    }

    fn list(&mut self, cursor: Option<String>) -> Operation {
        self.pages += 1;
        self.state = State::Listing;
        Operation::ListIntegrations {
            app: self.app().to_owned(),
            cursor,
        }
    }

    fn get(&mut self, integration_id: String) -> Step<ExpectedParams> {
        self.state = State::Fetching;
        Step::call(Operation::GetIntegration { integration_id })
    }

    fn fits(&self, integration: &Integration) -> bool {
        let scheme_fits = match (&self.options.auth_scheme, &integration.auth_scheme) {
            (Some(wanted), Some(scheme)) => wanted == scheme,
            // A list item without its scheme is told by the integration itself.
            _ => true,
        };
        integration.is_enabled && scheme_fits && integration.is_of(self.app())
    }

    fn listed(&mut self, items: Vec<Integration>) {
        for item in items {
            let age = |integration: &Integration| {
                let created = integration.created_at.as_deref().and_then(parse_iso);
                created.unwrap_or(u64::MAX)
            };
            if self.fits(&item)
                && self
                    .oldest
                    .as_ref()
                    .is_none_or(|oldest| age(&item) < age(oldest))
            {
                self.oldest = Some(item);
            }
        }
    }

    fn chosen(&mut self) -> Step<ExpectedParams> {
        match self.oldest.take() {
            Some(item) if item.fields.is_some() => self.found(item),
            Some(item) if item.auth_scheme.is_some() => self.read_fields(item),
            Some(item) => self.get(item.id),
            None => {
                self.state = State::LookingUpApp;
                self.get_app(self.app().to_owned())
            }
        }
    }

    fn found(&mut self, integration: Integration) -> Step<ExpectedParams> {
        if let Err(error) = check_scheme(self.options.auth_scheme.as_ref(), &integration) {
            return Step::Done(Err(error));
        }
        // An empty list is believed of OAuth only: a key has to be asked for somewhere.
        let is_told = integration.fields.as_ref().is_some_and(|fields| {
            !fields.is_empty()
                || integration
                    .auth_scheme
                    .as_ref()
                    .is_none_or(AuthScheme::is_oauth)
        });
        if is_told || integration.app.is_none() {
            self.done(integration, None)
        } else {
            self.read_fields(integration)
        }
    }

    fn read_fields(&mut self, integration: Integration) -> Step<ExpectedParams> {
        let app = integration
            .app
            .clone()
            .unwrap_or_else(|| self.app().to_owned());
        self.state = State::ReadingFields(integration);
        self.get_app(app)
    }

    fn done(&mut self, integration: Integration, app: Option<&App>) -> Step<ExpectedParams> {
        self.state = State::Ended;
        let Some(auth_scheme) = integration.auth_scheme else {
            return self.fail(
                ErrorCode::ResponseInvalid,
                "the integration has no auth scheme".to_owned(),
            );
        };
        let of_app = app.and_then(|app| app.scheme(&auth_scheme));
        let fields = match (of_app, &integration.fields) {
            (Some(entry), _) => entry.fields.as_slice(),
            (None, fields) => fields.as_deref().unwrap_or_default(),
        };
        let place = |at: usize| fields[at].order.unwrap_or(u64::MAX);
        let in_order = order(fields.len(), &|a, b| place(a).cmp(&place(b)));
        Step::Done(Ok(ExpectedParams {
            is_managed: integration
                .is_managed
                .or_else(|| app.map(|app| app.is_managed(&auth_scheme))),
            expected_input_fields: in_order.iter().map(|at| fields[*at].clone()).collect(),
            integration_id: Some(integration.id),
            app: integration.app.or_else(|| self.options.app.clone()),
            auth_scheme,
        }))
    }

    fn fail(&mut self, code: ErrorCode, message: String) -> Step<ExpectedParams> {
        self.state = State::Ended;
        Step::Done(Err(ConnectError::new(code, message)))
    }

    fn without_integration(&mut self, app: App) -> Step<ExpectedParams> {
        if app.no_auth {
            self.state = State::Ended;
            return Step::Done(Ok(ExpectedParams {
                expected_input_fields: Vec::new(),
                integration_id: None,
                auth_scheme: AuthScheme::parse("NO_AUTH"),
                app: Some(app.key),
                is_managed: None,
            }));
        }
        let wanted = self.options.auth_scheme.as_ref();
        if !self.may_create {
            let of = wanted.map_or(String::new(), |scheme| {
                concat(&[" of scheme ", scheme.as_str()])
            });
            let message = [
                "the app has no enabled integration",
                &of,
                ": make one on the platform, or set `createIntegrations`",
            ];
            return self.fail(ErrorCode::IntegrationNotFound, concat(&message));
        }
        match creation(&app, wanted) {
            Ok(operation) => {
                self.state = State::Creating(app);
                Step::call(operation)
            }
            Err(error) => Step::Done(Err(error)),
        }
    }
}

impl Procedure for GetExpectedParams {
    type Output = ExpectedParams;

    fn advance(&mut self, event: Event, _now_ms: u64) -> Step<ExpectedParams> {
        let state = core::mem::replace(&mut self.state, State::Ended);
        let answer = match (event, state) {
            (Event::Start, State::Started) => return self.start(),
            (Event::Answered(Ok(answer)), state) => (answer, state),
            (Event::Answered(Err(error)), _) => return Step::Done(Err(error)),
            _ => return out_of_step(),
        };
        match answer {
            (Answer::Integrations(page), State::Listing) => {
                self.listed(page.items);
                match page.next {
                    Some(cursor) if self.pages < MAX_PAGES => Step::call(self.list(Some(cursor))),
                    _ => self.chosen(),
                }
            }
            (Answer::Integration(integration), State::Fetching) => self.found(integration),
            (Answer::App(app), State::ReadingFields(integration)) => {
                self.done(integration, Some(&app))
            }
            (Answer::App(app), State::LookingUpApp) => self.without_integration(app),
            (Answer::Integration(created), State::Creating(app)) => {
                match (
                    check_scheme(self.options.auth_scheme.as_ref(), &created),
                    &created.fields,
                ) {
                    (Err(error), _) => Step::Done(Err(error)),
                    (Ok(()), Some(_)) => self.done(created, None),
                    (Ok(()), None) => self.done(created, Some(&app)),
                }
            }
            _ => out_of_step(),
        }
    }
}

//! Creating an integration (docs/protocol.md §5.4): look the app up, for what it takes, then one request that is never
//! repeated.

use super::{Event, Procedure, Step, out_of_step};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::protocol::answer::{Answer, App, Integration};
use crate::core::protocol::operation::Operation;
use crate::core::scheme::AuthScheme;
use crate::core::text::concat;

/// For which app, and how its users authenticate.
#[derive(Debug, Clone)]
pub struct CreateIntegrationOptions {
    /// Key of the app.
    pub app: String,
    /// Default: the first in the order of preference that works without the developer's credentials.
    pub auth_scheme: Option<AuthScheme>,
}

/// The procedure.
#[derive(Debug)]
pub struct CreateIntegration {
    options: CreateIntegrationOptions,
    app: Option<App>,
}

impl CreateIntegration {
    /// `may_create`: whether the developer allows it.
    ///
    /// # Errors
    /// `invalid_argument` when he does not.
    pub fn new(options: CreateIntegrationOptions, may_create: bool) -> Result<Self, ConnectError> {
        if !may_create {
            return Err(ConnectError::argument(
                "required",
                "createIntegrations",
                "is not set in the options of the client: an integration changes the developer's project",
            ));
        }
        Ok(CreateIntegration { options, app: None })
    }

    fn looked_up(&mut self, app: App) -> Step<Integration> {
        match creation(&app, self.options.auth_scheme.as_ref()) {
            Ok(operation) => {
                self.app = Some(app);
                Step::call(operation)
            }
            Err(error) => Step::Done(Err(error)),
        }
    }

    fn created(&self, mut integration: Integration, app: &App) -> Step<Integration> {
        if let Err(error) = check_scheme(self.options.auth_scheme.as_ref(), &integration) {
            return Step::Done(Err(error));
        }
        let scheme = integration.auth_scheme.as_ref();
        if integration.fields.is_none() {
            let entry = scheme.and_then(|scheme| app.scheme(scheme));
            integration.fields = entry.map(|entry| entry.fields.clone());
        }
        Step::Done(Ok(integration))
    }
}

impl Procedure for CreateIntegration {
    type Output = Integration;

    fn advance(&mut self, event: Event, _now_ms: u64) -> Step<Integration> {
        match (event, self.app.take()) {
            (Event::Start, None) => Step::call(Operation::GetApp {
                app: self.options.app.clone(),
            }),
            (Event::Answered(Ok(Answer::App(app))), None) => self.looked_up(app),
            (Event::Answered(Ok(Answer::Integration(created))), Some(app)) => {
                self.created(created, &app)
            }
            (Event::Answered(Err(error)), _) => Step::Done(Err(error)),
            _ => out_of_step(),
        }
    }
}

/// The error of an app that needs no connection.
pub(crate) fn not_needed() -> ConnectError {
    ConnectError::new(
        ErrorCode::ConnectionNotNeeded,
        "the app needs no connection: execute its actions directly",
    )
}

/// The request that creates an integration of an app.
pub(super) fn creation(app: &App, wanted: Option<&AuthScheme>) -> Result<Operation, ConnectError> {
    if app.no_auth {
        return Err(not_needed());
    }
    let Some(entry) = app.creatable(wanted) else {
        return Err(ConnectError::new(
            ErrorCode::AppNotConnectable,
            "every auth scheme of the app needs the developer's own credentials",
        ));
    };
    Ok(Operation::CreateIntegration {
        app: app.key.clone(),
        auth_scheme: entry.scheme.clone(),
        is_managed: app.is_managed(&entry.scheme),
    })
}

/// Whether an integration will do: asking for a scheme does not guarantee it (docs/protocol.md, Q20).
pub(super) fn check_scheme(
    wanted: Option<&AuthScheme>,
    integration: &Integration,
) -> Result<(), ConnectError> {
    match (wanted, &integration.auth_scheme) {
        (Some(wanted), Some(scheme)) if wanted != scheme => {
            let message = [
                "the integration's auth scheme is ",
                scheme.as_str(),
                ", not ",
                wanted.as_str(),
            ];
            Err(ConnectError::new(
                ErrorCode::AuthSchemeMismatch,
                concat(&message),
            ))
        }
        _ => Ok(()),
    }
}

//! A page on which Jessica connects her shop. It shows a form for the fields that the platform expects, and then the result.
//! For an app that redirects to its provider, the user returns to this page, which completes the connection.

use connect_flow::core::fields::Field;
use connect_flow::core::options::ClientOptions;
use connect_flow::core::procedure::complete::CompleteOptions;
use connect_flow::core::procedure::expected_params::{ExpectedParams, ExpectedParamsOptions};
use connect_flow::core::procedure::initiate::InitiateOptions;
use connect_flow::core::secret::Secret;
use connect_flow::{ConnectClient, Failure};
use web_sys::{FormData, HtmlFormElement};
use yew::platform::spawn_local;
use yew::prelude::*;

const APP: &str = "shopify";

/// What the page shows.
#[derive(Clone, PartialEq)]
enum View {
    Waiting,
    Form(ExpectedParams),
    Connected(String),
    Failed(String),
}

impl From<Result<View, Failure>> for View {
    fn from(result: Result<View, Failure>) -> View {
        result.unwrap_or_else(|failure| {
            View::Failed(format!("{}: {failure}", failure.error.code.as_str()))
        })
    }
}

fn client() -> Result<ConnectClient, Failure> {
    ConnectClient::new(ClientOptions {
        base_url: "/api/connect".into(),
        entity_id: Some("Jessica".into()),
        ..Default::default()
    })
}

/// Runs when the page opens: completes a connection, or loads the fields.
async fn open(client: ConnectClient) -> Result<View, Failure> {
    let options = CompleteOptions::default();
    // `None` when the page's URL is not a callback.
    if let Some(done) = client.complete_connection(options, None).await? {
        return Ok(View::Connected(done.connection_status.as_str().into()));
    }
    let options = ExpectedParamsOptions {
        app: Some(APP.into()),
        ..Default::default()
    };
    let params = client.get_expected_params_for_user(options, None).await?;
    Ok(View::Form(params))
}

/// Runs when the form is submitted.
async fn connect(
    client: ConnectClient,
    params: ExpectedParams,
    data: Vec<(String, Secret)>,
) -> Result<View, Failure> {
    let options = InitiateOptions {
        integration_id: params.integration_id,
        data,
        ..Default::default()
    };
    let request = client.initiate_connection(options, None).await?;
    if let Some(url) = &request.redirect_url {
        client.redirect(url)?;
        return Ok(View::Waiting);
    }
    Ok(View::Connected(request.connection_status.as_str().into()))
}

/// The typed value of each field.
fn typed(form: &HtmlFormElement, fields: &[Field]) -> Vec<(String, Secret)> {
    let Ok(values) = FormData::new_with_form(form) else {
        return Vec::new();
    };
    let value = |field: &Field| {
        let text = values.get(&field.name).as_string()?;
        Some((field.name.clone(), Secret::new(text)))
    };
    fields.iter().filter_map(value).collect()
}

#[component]
fn App() -> Html {
    let view = use_state(|| View::Waiting);
    let client = use_memo((), |()| client());
    {
        let (view, client) = (view.clone(), client.clone());
        use_effect_with((), move |()| {
            spawn_local(async move {
                let result = match &*client {
                    Ok(client) => open(client.clone()).await,
                    Err(failure) => Err(failure.clone()),
                };
                view.set(result.into());
            });
        });
    }
    let onsubmit = {
        let view = view.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let form: HtmlFormElement = event.target_unchecked_into();
            let (Ok(client), View::Form(params)) = (&*client, &*view) else {
                return;
            };
            let data = typed(&form, &params.expected_input_fields);
            let (view, client, params) = (view.clone(), client.clone(), params.clone());
            spawn_local(async move { view.set(connect(client, params, data).await.into()) });
        })
    };
    match &*view {
        View::Waiting => html! { <p>{ "One moment…" }</p> },
        View::Connected(status) => html! { <output>{ status }</output> },
        View::Failed(reason) => html! { <p role="alert">{ reason }</p> },
        View::Form(params) => html! {
            <form {onsubmit}>
                { for params.expected_input_fields.iter().map(input) }
                <button>{ "Connect" }</button>
            </form>
        },
    }
}

fn input(field: &Field) -> Html {
    let kind = if field.secret { "password" } else { "text" };
    html! {
        <label key={field.name.clone()}>
            { &field.display_name }
            <input name={field.name.clone()} type={kind} />
        </label>
    }
}

fn main() {
    yew::Renderer::<App>::new().render();
}

//! A page where Jessica connects her shop: a form with the fields that the platform expects, then the result. If the user has to
//! visit the provider, they return to this page, which completes the connection.

use connect_flow::{
    ClientOptions, CompleteOptions, ConnectClient, ConnectError, ErrorCode, ExpectedParams,
    ExpectedParamsOptions, Field, InitiateOptions, Secret,
};
use web_sys::wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, HtmlInputElement};
use yew::platform::spawn_local;
use yew::prelude::*;

const APP: &str = "shopify";

/// The content of the page.
#[derive(Clone, PartialEq)]
enum View {
    Loading,
    Form(ExpectedParams),
    Connected(String),
    Failed(ErrorCode),
}

impl From<Result<View, ConnectError>> for View {
    fn from(result: Result<View, ConnectError>) -> View {
        result.unwrap_or_else(|error| View::Failed(error.code))
    }
}

fn client() -> Result<ConnectClient, ConnectError> {
    ConnectClient::new(ClientOptions {
        base_url: "/api/connect".into(),
        entity_id: Some("Jessica".into()),
        ..Default::default()
    })
}

/// Runs when the page opens.
async fn open(client: ConnectClient) -> Result<View, ConnectError> {
    // `None` unless the user has just returned from the provider.
    let completed = client
        .complete_connection(CompleteOptions::default())
        .await?;
    if let Some(done) = completed {
        return Ok(View::Connected(done.connection_status.as_str().into()));
    }
    let options = ExpectedParamsOptions {
        app: Some(APP.into()),
        ..Default::default()
    };
    let params = client.get_expected_params_for_user(options).await?;
    Ok(View::Form(params))
}

/// Runs when the form is submitted.
async fn connect(
    client: ConnectClient,
    params: ExpectedParams,
    data: Vec<(String, Secret)>,
) -> Result<View, ConnectError> {
    let options = InitiateOptions {
        integration_id: params.integration_id,
        data,
        ..Default::default()
    };
    let request = client.initiate_connection(options).await?;
    if let Some(url) = &request.redirect_url {
        client.redirect(url)?;
        return Ok(View::Loading);
    }
    Ok(View::Connected(request.connection_status.as_str().into()))
}

/// The typed values by field name.
fn typed(form: &HtmlFormElement, fields: &[Field]) -> Vec<(String, Secret)> {
    let inputs = form.elements();
    let value = |field: &Field| {
        let input = inputs.named_item(&field.name)?;
        let text = input.dyn_into::<HtmlInputElement>().ok()?.value();
        Some((field.name.clone(), Secret::new(text)))
    };
    fields.iter().filter_map(value).collect()
}

#[component]
fn App() -> Html {
    let view = use_state(|| View::Loading);
    let client = use_memo((), |()| client());
    {
        let (view, client) = (view.clone(), client.clone());
        use_effect_with((), move |()| {
            spawn_local(async move {
                let result = match &*client {
                    Ok(client) => open(client.clone()).await,
                    Err(error) => Err(error.clone()),
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
        View::Loading => html! { <p>{ "One moment…" }</p> },
        View::Connected(status) => html! { <output>{ status }</output> },
        View::Failed(code) => html! { <p role="alert">{ describe(*code) }</p> },
        View::Form(params) => html! {
            <form {onsubmit}>
                { for params.expected_input_fields.iter().map(input) }
                <button>{ "Connect" }</button>
            </form>
        },
    }
}

/// Has no `name`, so a form that is submitted before its script runs puts no secret into the URL.
fn input(field: &Field) -> Html {
    let kind = if field.secret { "password" } else { "text" };
    html! {
        <label key={field.name.clone()}>
            { &field.display_name }
            <input id={field.name.clone()} type={kind} autocomplete="new-password" />
        </label>
    }
}

/// The app's own texts. The error's message is for developers.
fn describe(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::FieldsInvalid => "Please fill in all fields.",
        ErrorCode::AccessDenied => "Nothing was connected, because access was denied.",
        _ => "That did not work. Please reload the page and try again.",
    }
}

fn main() {
    yew::Renderer::<App>::new().render();
}

import { useEffect, useId, useRef, useState } from "react";

/**
 * A form for expected input fields. The values stay in uncontrolled inputs, so that React keeps no copy. Secret values are removed from
 * the inputs during the request, and restored only if the client rejected them without sending.
 */
export function Form({ fields, issues, submitLabel, isHidden, onSubmit }) {
  const form = useRef(null);
  const isFirst = useRef(true);
  const others = issues.filter((issue) => !fields.some((field) => isAbout(issue, field)));

  // Focuses the first invalid field. On the first render, the first control.
  useEffect(() => {
    const { current } = form;
    const input = current.querySelector('[aria-invalid="true"]') ?? (isFirst.current ? current.querySelector("input, select, [type=submit]") : null);
    isFirst.current = false;
    input?.focus();
  }, [issues]);

  const submit = async (event) => {
    event.preventDefault();
    const inputs = [...form.current.querySelectorAll("input, select")];
    const data = Object.fromEntries(inputs.filter(({ value }) => value).map(({ dataset, value }) => [dataset.name, value]));
    const secrets = inputs.filter(({ dataset }) => dataset.secret).map((input) => [input, input.value]);
    // Called synchronously in the click: afterwards, browsers block popups.
    const settled = onSubmit(data);
    for (const [input] of secrets) input.value = "";
    const { state } = await settled.catch(() => ({}));
    if (state === "ready") for (const [input, value] of secrets) input.value ||= value;
  };

  return (
    // The inputs have no `name` and the method is POST, so that no value can end up in a URL.
    <form ref={form} className="form" method="post" noValidate autoComplete="off" hidden={isHidden} onSubmit={submit}>
      {fields.some(({ required }) => required) && (
        <p className="muted small">Fields marked with <span className="star">*</span> are required.</p>
      )}
      {others.map(({ message }) => <p key={message} className="field-error" role="alert">{message}</p>)}
      {fields.map((field) => <Field key={field.name} field={field} issue={issues.find((issue) => isAbout(issue, field))} />)}
      <div className="actions">
        <button type="submit" className="primary" data-testid="submit">{submitLabel}</button>
      </div>
    </form>
  );
}

const isAbout = (issue, { name }) => issue.field === name || issue.field === `data.${name}`;

function Field({ field, issue }) {
  const id = useId();
  const [isShown, show] = useState(false);
  const { name, displayName, description, required, secret, prefix, suffix, example } = field;
  const described = [issue && `${id}-error`, description && `${id}-help`].filter(Boolean).join(" ") || undefined;
  const common = {
    id,
    required,
    defaultValue: field.default ?? "",
    "aria-invalid": issue ? true : undefined,
    "aria-describedby": described,
    "data-name": name,
    "data-secret": secret || undefined,
    "data-testid": `field-${name}`,
  };
  return (
    <div className="row">
      <label htmlFor={id}>{displayName}{required && <span className="star" aria-hidden="true"> *</span>}</label>
      <div className="control">
        {prefix && <span className="affix">{prefix}</span>}
        {field.enum ? (
          <select {...common}>
            <option value="">{required ? "Choose…" : "None"}</option>
            {field.enum.map((value) => <option key={value}>{value}</option>)}
          </select>
        ) : (
          <input
            {...common}
            type={secret && !isShown ? "password" : "text"}
            // With "off", browsers fill in a saved password of this site.
            autoComplete={secret ? "new-password" : "off"}
            autoCapitalize="none"
            spellCheck={false}
            placeholder={example && `e.g. ${example}`}
          />
        )}
        {suffix && <span className="affix">{suffix}</span>}
        {secret && !field.enum && (
          <button type="button" className="toggle" aria-controls={id} onClick={() => show(!isShown)}>
            {isShown ? "Hide" : "Show"}<span className="hidden"> {displayName}</span>
          </button>
        )}
      </div>
      {issue && <p className="field-error" id={`${id}-error`}>{issue.message}</p>}
      {description && <p className="help" id={`${id}-help`}>{description}</p>}
    </div>
  );
}

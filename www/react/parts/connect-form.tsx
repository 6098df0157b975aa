// A form for the values that an app needs from the user. Copy this file into your app; its class names are yours to style.
import { useEffect, useId, useRef, useState, type FormEvent } from "react";
import { inputAttributes, type ExpectedInputField, type FlowSnapshot, type Issue } from "connect-flow";

export type ConnectFormProps = {
  fields: readonly ExpectedInputField[];
  /** Shown at their fields until the user edits them. */
  issues: readonly Issue[];
  submitLabel: string;
  /** Hides the form and keeps its values, for the time of a request. */
  isHidden?: boolean;
  /** Moves the focus to the first control when the form appears. */
  autoFocus?: boolean;
  /** Sends the values: `submit` of the flow. */
  onSubmit: (data: Record<string, string>) => Promise<FlowSnapshot>;
};

/**
 * The values stay in uncontrolled inputs, so that React keeps no copy. Secret values leave the inputs during the request, and come back
 * only if the client rejected them without sending.
 */
export function ConnectForm({ fields, issues, submitLabel, isHidden = false, autoFocus = false, onSubmit }: ConnectFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [edited, setEdited] = useState({ issues, names: [] as string[] });
  const isEdited = (field: ExpectedInputField) => edited.issues === issues && edited.names.includes(field.name);
  const markEdited = ({ name }: ExpectedInputField) =>
    setEdited((before) => ({ issues, names: before.issues === issues ? [...before.names, name] : [name] }));
  const others = issues.filter((issue) => !fields.some((field) => isAbout(issue, field)));

  useEffect(() => {
    if (autoFocus) form.current?.querySelector<HTMLElement>("input, select, [type=submit]")?.focus();
  }, [autoFocus]);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [issues]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const inputs = [...form.current!.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[data-name]")];
    const data = Object.fromEntries(inputs.filter(({ value }) => value).map(({ dataset, value }) => [dataset.name!, value]));
    const secrets = inputs.filter(({ dataset }) => dataset.secret).map((input) => [input, input.value] as const);
    // Called synchronously in the click: afterwards, browsers block popups.
    const settled = onSubmit(data);
    for (const [input] of secrets) input.value = "";
    const state = await settled.then((snapshot) => snapshot.state, () => "failed");
    if (state === "ready") for (const [input, value] of secrets) input.value ||= value;
  };

  return (
    // The inputs have no `name` and the method is POST, so that no value can end up in a URL.
    <form ref={form} className="form" method="post" noValidate autoComplete="off" hidden={isHidden} onSubmit={submit}>
      {fields.some(({ required }) => required) && (
        <p className="muted small">Fields marked with <span className="star">*</span> are required.</p>
      )}
      {others.map(({ message }) => <p key={message} className="field-error" role="alert">{message}</p>)}
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          issue={isEdited(field) ? undefined : issues.find((issue) => isAbout(issue, field))}
          onEdit={() => markEdited(field)}
        />
      ))}
      <div className="actions">
        <button type="submit" className="primary">{submitLabel}</button>
      </div>
    </form>
  );
}

const isAbout = (issue: Issue, { name }: ExpectedInputField) => issue.field === name || issue.field === `data.${name}`;

type FieldProps = { field: ExpectedInputField; issue: Issue | undefined; onEdit: () => void };

function Field({ field, issue, onEdit }: FieldProps) {
  const id = useId();
  const [isShown, show] = useState(false);
  const { name, displayName, description, required, secret, prefix, suffix, example } = field;
  const attributes = inputAttributes(field);
  const common = {
    id,
    required,
    defaultValue: field.default ?? "",
    onChange: issue && onEdit,
    "aria-invalid": issue ? true : undefined,
    "aria-describedby": [issue && `${id}-error`, description && `${id}-help`].filter(Boolean).join(" ") || undefined,
    "data-name": name,
    "data-secret": secret || undefined,
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
            {...attributes}
            {...common}
            type={secret && isShown ? "text" : attributes.type}
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

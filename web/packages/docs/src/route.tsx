/** One route: what it takes and gives, and a form to try it. */
import { useState } from "preact/hooks";
import { type Answer, curl, pretty, send, type Values } from "./call";
import { type Document, example, type Parameter, type Route, resolve, type Schema, typeOf } from "./document";

/** Text in which `marked` parts are code. */
function Prose({ text }: { text: string }) {
  return <>{text.split("`").map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}</>;
}

function Fields({ document, schema }: { document: Document; schema: Schema }) {
  const rows = Object.entries(schema.properties ?? {});
  if (rows.length === 0) return null;
  return (
    <dl class="fields">
      {rows.map(([name, field]) => (
        <div key={name}>
          <dt>
            {name}
            {schema.required?.includes(name) === true && <span class="required"> required</span>}
          </dt>
          <dd>{typeOf(document, field)}</dd>
        </div>
      ))}
    </dl>
  );
}

function ParameterRow(props: {
  document: Document;
  route: Route;
  parameter: Parameter;
  value: string;
  onValue: (value: string) => void;
}) {
  const { document, route, parameter, value, onValue } = props;
  const choices = resolve(document, parameter.schema).enum?.filter((choice) => choice !== null);
  const id = `${route.operation.operationId}-${parameter.name}`;
  return (
    <div class="parameter">
      <label class="name" for={id}>
        {parameter.name}
        {parameter.required === true && <span class="required"> required</span>}
        <span class="where"> {parameter.in}</span>
      </label>
      {choices === undefined ? (
        <input
          id={id}
          type="text"
          value={value}
          placeholder={typeOf(document, parameter.schema)}
          spellcheck={false}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      ) : (
        <select id={id} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
          <option value="">—</option>
          {choices.map((choice) => (
            <option key={String(choice)} value={String(choice)}>
              {String(choice)}
            </option>
          ))}
        </select>
      )}
      {parameter.description !== undefined && (
        <span class="hint">
          <Prose text={parameter.description} />
        </span>
      )}
    </div>
  );
}

function AnswerView({ answer }: { answer: Answer }) {
  const good = answer.status < 400;
  return (
    <section class="answer" aria-live="polite">
      <p>
        <strong class={good ? "good" : "bad"}>
          {answer.status} {answer.statusText}
        </strong>{" "}
        <span class="where">{answer.ms} ms</span>
      </p>
      {answer.headers.map(([name, value]) => (
        <p key={name} class="where">
          {name}: {value}
        </p>
      ))}
      {answer.body !== "" && <pre>{answer.body}</pre>}
    </section>
  );
}

function Trial({ document, route, token, schema }: TrialProps) {
  const begin = schema === undefined ? "" : pretty(JSON.stringify(example(document, schema)));
  const [values, setValues] = useState<Values>({ parameters: {}, body: begin });
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const set = (name: string, value: string): void =>
    setValues({ ...values, parameters: { ...values.parameters, [name]: value } });
  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      setAnswer(await send(route, values, token));
    } catch {
      setProblem("The server could not be reached.");
    }
    setBusy(false);
  };
  return (
    <form
      class="trial"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {(route.operation.parameters ?? []).map((parameter) => (
        <ParameterRow
          key={parameter.name}
          document={document}
          route={route}
          parameter={parameter}
          value={values.parameters[parameter.name] ?? ""}
          onValue={(value) => set(parameter.name, value)}
        />
      ))}
      {schema !== undefined && (
        <label class="parameter">
          <span class="name">Body</span>
          <textarea
            rows={Math.min(14, values.body.split("\n").length + 1)}
            value={values.body}
            spellcheck={false}
            onInput={(event) => setValues({ ...values, body: event.currentTarget.value })}
          />
        </label>
      )}
      <div class="actions">
        <button type="submit" disabled={busy}>
          {busy ? "Sending…" : "Send"}
        </button>
        <details>
          <summary>curl</summary>
          <pre>{curl(route, values, location.origin)}</pre>
        </details>
      </div>
      {problem !== "" && (
        <p class="bad" role="alert">
          {problem}
        </p>
      )}
      {answer !== null && <AnswerView answer={answer} />}
    </form>
  );
}

interface TrialProps {
  document: Document;
  route: Route;
  token: string;
  schema: Schema | undefined;
}

function Answers({ document, route }: { document: Document; route: Route }) {
  return (
    <ul class="answers">
      {Object.entries(route.operation.responses ?? {}).map(([status, response]) => {
        const schema = response.content?.["application/json"]?.schema;
        return (
          <li key={status}>
            <strong>{status}</strong> {schema !== undefined && <code>{typeOf(document, schema)}</code>}{" "}
            {schema?.$ref?.endsWith("/Refusal") === true && <Prose text={response.description ?? ""} />}
          </li>
        );
      })}
    </ul>
  );
}

/** A route, closed until somebody asks for it. */
export function RouteCard({ document, route, token }: { document: Document; route: Route; token: string }) {
  const { operation, method, path } = route;
  const [open, setOpen] = useState(location.hash === `#${operation.operationId}`);
  const schema = operation.requestBody?.content?.["application/json"]?.schema;
  const scopes = operation["x-scopes"] ?? [];
  return (
    <details
      class="route"
      id={operation.operationId}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <span class={`method ${method.toLowerCase()}`}>{method}</span>
        <span class="path">{path}</span>
        <span class="summary">
          <Prose text={operation.summary ?? ""} />
        </span>
      </summary>
      {open && (
        <div class="inside">
          <p>
            <Prose text={operation.description ?? ""} />
          </p>
          {scopes.length > 0 && (
            <p class="scopes">
              Needs{" "}
              {scopes.map((scope, index) => (
                <span key={scope}>
                  {index > 0 && " or "}
                  <code>{scope}</code>
                </span>
              ))}
            </p>
          )}
          {schema !== undefined && <Fields document={document} schema={resolve(document, schema)} />}
          <Trial document={document} route={route} token={token} schema={schema} />
          <Answers document={document} route={route} />
        </div>
      )}
    </details>
  );
}

/** The fields of a form: added, removed, opened, and moved by drag or by the arrow keys on their handle. */
import { Badge, Button, cx, IconButton, Menu, toast } from "@halloo/ui";
import {
  AlignLeft,
  AtSign,
  ChevronDown,
  CircleDot,
  GripVertical,
  Hash,
  ListChecks,
  Phone,
  Plus,
  SquareChevronDown,
  Star,
  Trash,
  TriangleAlert,
  Type,
} from "lucide-preact";
import type { ComponentType } from "preact";
import { useRef, useState } from "preact/hooks";
import { t } from "../../i18n.ts";
import { useDrag } from "./drag.ts";
import { FieldEditor } from "./field-editor.tsx";
import { FIELD_TYPES, type FieldType, type FormField, type FormKind, MOST_FIELDS, moved, newField } from "./model.ts";
import { optionName } from "./templates.ts";

export const TYPE_ICONS: Readonly<Record<FieldType, ComponentType<{ size: number }>>> = {
  text: Type,
  textarea: AlignLeft,
  email: AtSign,
  phone: Phone,
  number: Hash,
  select: SquareChevronDown,
  radio: CircleDot,
  checkbox: ListChecks,
  rating: Star,
};

export interface BuilderProps {
  kind: FormKind;
  fields: readonly FormField[];
  /** The fields as the server has them: their ids are known elsewhere, and do not follow their labels. */
  stored: readonly FormField[];
  path: string;
  error: (path: string, inside?: boolean) => string | undefined;
  onFields: (fields: readonly FormField[]) => void;
}

let made = 0;
const fresh = (): string => `field-${made++}`;

/** A name for each row that stays with it when its field changes or moves. */
function useRowKeys(count: number) {
  const keys = useRef<string[]>([]);
  while (keys.current.length < count) keys.current.push(fresh());
  keys.current.length = count;
  return keys;
}

/** What can be done to the list of fields; each row keeps its name through all of it. */
function useFields(fields: readonly FormField[], onFields: BuilderProps["onFields"]) {
  const keys = useRowKeys(fields.length);
  const [open, setOpen] = useState<string | null>(null);
  const put = (next: readonly FormField[], nextKeys: string[]) => {
    keys.current = nextKeys;
    onFields(next);
  };
  const latest = useRef({ fields, put });
  latest.current = { fields, put };
  const move = (from: number, to: number) => put(moved(fields, from, to), moved(keys.current, from, to));
  const add = (type: FieldType) => {
    const ids = fields.map((field) => field.id);
    const key = fresh();
    put([...fields, newField(type, t(`field_${type}`), ids, optionName)], [...keys.current, key]);
    setOpen(key);
  };
  const restore = (field: FormField, key: string, index: number) => {
    const now = latest.current;
    const at = Math.min(index, now.fields.length);
    if (now.fields.length < MOST_FIELDS) now.put(withAt(now.fields, at, field), withAt(keys.current, at, key));
  };
  const remove = (index: number) => {
    const field = fields[index];
    const key = keys.current[index];
    if (!field || !key) return;
    put(without(fields, index), without(keys.current, index));
    toast({
      text: t("field_removed", { name: field.label || field.id }),
      action: { label: t("undo"), onAction: () => restore(field, key, index) },
    });
  };
  const change = (index: number, field: FormField) => onFields(fields.map((one, at) => (at === index ? field : one)));
  return { keys: keys.current, open, setOpen, move, add, remove, change };
}

const without = <T,>(items: readonly T[], index: number): T[] => items.filter((_, at) => at !== index);
const withAt = <T,>(items: readonly T[], at: number, item: T): T[] => [...items.slice(0, at), item, ...items.slice(at)];

export function Builder({ kind, fields, stored, path, error, onFields }: BuilderProps) {
  const { keys, open, setOpen, move, add, remove, change } = useFields(fields, onFields);
  const [said, setSaid] = useState("");
  const moveTo = (from: number, to: number) => {
    if (to < 0 || to >= fields.length || to === from) return;
    move(from, to);
    setSaid(t("field_moved", { position: to + 1, count: fields.length }));
  };
  const { list, drag, onHandleDown } = useDrag(moveTo, () => setOpen(null));
  return (
    <div class="in-block">
      <h4 class="ui-label">
        {t("form_fields")} <span class="in-soft">{t("of_most", { count: fields.length, most: MOST_FIELDS })}</span>
      </h4>
      <ol ref={list} class={cx("in-builder", drag && "in-dragging")} aria-label={t("form_fields")}>
        {fields.map((field, index) => {
          const key = keys[index] ?? field.id;
          return (
            <Row
              key={key}
              kind={kind}
              field={field}
              others={without(fields, index)}
              known={stored.find((one) => one.id === field.id)}
              open={open === key}
              held={drag?.from === index}
              shift={drag?.shifts[index] ?? 0}
              at={`${path}[${index}]`}
              error={error}
              onOpen={() => setOpen(open === key ? null : key)}
              onHandleDown={(event) => onHandleDown(index, event)}
              onMove={(step) => moveTo(index, index + step)}
              onChange={(next) => change(index, next)}
              onRemove={() => remove(index)}
            />
          );
        })}
      </ol>
      <span class="ui-hidden" role="status">
        {said}
      </span>
      {fields.length < MOST_FIELDS && <AddField onAdd={add} />}
    </div>
  );
}

function AddField({ onAdd }: { onAdd: (type: FieldType) => void }) {
  return (
    <div>
      <Menu
        label={t("add_field")}
        placement="bottom-start"
        items={FIELD_TYPES.map((type) => {
          const Icon = TYPE_ICONS[type];
          return {
            kind: "item" as const,
            id: type,
            label: t(`field_${type}`),
            icon: <Icon size={16} />,
            onSelect: () => onAdd(type),
          };
        })}
        trigger={(props) => (
          <Button {...props} icon={<Plus size={16} />}>
            {t("add_field")}
          </Button>
        )}
      />
    </div>
  );
}

interface RowProps {
  kind: FormKind;
  field: FormField;
  others: readonly FormField[];
  known: FormField | undefined;
  open: boolean;
  held: boolean;
  shift: number;
  at: string;
  error: BuilderProps["error"];
  onOpen: () => void;
  onHandleDown: (event: PointerEvent) => void;
  onMove: (step: number) => void;
  onChange: (field: FormField) => void;
  onRemove: () => void;
}

function Row(props: RowProps) {
  const { kind, field, open, at, error, onOpen, onMove } = props;
  const Icon = TYPE_ICONS[field.type];
  const name = field.label || field.id;
  const wrong = error(at, true) !== undefined;
  return (
    <li
      class={cx("in-field-row", open && "in-open", props.held && "in-held")}
      style={props.shift === 0 ? undefined : { transform: `translateY(${props.shift}px)` }}
    >
      <header class="in-field-head">
        <IconButton
          size="small"
          class="in-handle"
          label={t("move_field", { name })}
          icon={<GripVertical size={16} />}
          onPointerDown={(event) => props.onHandleDown(event)}
          onKeyDown={(event) => {
            if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
            event.preventDefault();
            onMove(event.key === "ArrowUp" ? -1 : 1);
          }}
        />
        <button type="button" class="in-field-name" aria-expanded={open ? "true" : "false"} onClick={onOpen}>
          <span class="in-field-icon">
            <Icon size={16} />
          </span>
          <span class="in-grow">
            <strong dir="auto">{name}</strong>
            <span class="in-soft">{t(`field_${field.type}`)}</span>
          </span>
          {wrong && (
            <span class="in-field-bad">
              <TriangleAlert size={16} aria-label={t("needs_attention")} />
            </span>
          )}
          {field.maps_to && <Badge tone="blue">{t("fills", { name: t(field.maps_to) })}</Badge>}
          {field.required && <Badge>{t("required")}</Badge>}
          <ChevronDown size={16} class="in-chevron" />
        </button>
        <IconButton
          size="small"
          label={t("remove_named", { name })}
          icon={<Trash size={16} />}
          onClick={props.onRemove}
        />
      </header>
      {open && (
        <FieldEditor
          kind={kind}
          field={field}
          others={props.others}
          known={props.known}
          at={at}
          error={error}
          onChange={props.onChange}
        />
      )}
    </li>
  );
}

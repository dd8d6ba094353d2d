/** The design system: tokens (`tokens.css`), styles (`ui.css`) and small accessible components. */
export { Avatar, type AvatarProps, initials } from "./avatar.tsx";
export { Badge, Chip, Count, Kbd, keyNames, TONES, type Tone, toneOf } from "./badge.tsx";
export { Button, type ButtonProps, IconButton } from "./button.tsx";
export { Calendar } from "./calendar.tsx";
export { contrast, readHex } from "./colour.ts";
export { ColourField } from "./colour-field.tsx";
export { Dialog } from "./dialog.tsx";
export { cx, hueOf, layerOpen, type Placement, place, useLatest } from "./dom.ts";
export { type Drawing, Empty } from "./empty.tsx";
export { Field, TextArea, TextField, useGrow } from "./field.tsx";
export { Menu, type MenuItem, type TriggerProps } from "./menu.tsx";
export { RichText, type Words } from "./message/rich.tsx";
export { filterOptions, fold, type Option, Picker, Select } from "./picker.tsx";
export { Popover } from "./popover.tsx";
export { Bone, CopyField, Notice, Table, useCopy } from "./rest.tsx";
export { Toaster, toast } from "./toast.tsx";
export { Checkbox, type Choice, Segmented, Switch, TabPanel, Tabs } from "./toggle.tsx";
export { Tooltips } from "./tooltip.tsx";

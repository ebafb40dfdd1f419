/** Something a participant evaluates for. `id` is unique in its persona, kebab-case. */
export interface Concern {
  readonly id: string;
  readonly title: string;
  /** Why no static check can judge it; the report lists such a concern as not assessed. No full stop. */
  readonly notStatically?: string;
}

/**
 * `runs`: reads the change without executing it. `never-run-here`: would execute the change or reach a live system.
 * `read-only-service`: asked over HTTP, only when the operator configured it.
 */
export const TOOL_CLASSES = ['runs', 'never-run-here', 'read-only-service'] as const;
export type ToolClass = (typeof TOOL_CLASSES)[number];

/** Package to install, by the means of installing it. Empty where only the operator can. */
export interface ToolInstall {
  readonly apt?: string;
  /** Goes into a virtual environment of the panel's own. */
  readonly pip?: string;
  readonly npm?: string;
  /** Comes with the product and runs in process. */
  readonly bundled?: string;
}

/** `argv` is run without a shell; `request` is a path below the address that the operator configured. */
export type ToolProbe =
  | { readonly kind: 'program'; readonly argv: readonly [string, ...string[]] }
  | { readonly kind: 'request'; readonly path: string };

export interface PersonaTool {
  readonly name: string;
  readonly class: ToolClass;
  readonly required: boolean;
  readonly purpose: string;
  /** Present exactly when the class is `never-run-here`. No full stop. */
  readonly neverRunBecause?: string;
  /** Tools of one group stand for each other: one of them is enough. */
  readonly oneOf?: string;
  /** Is it there, and which version. Absent for a bundled tool. */
  readonly check?: ToolProbe;
  readonly install: ToolInstall;
  /** Does it work. Absent for a bundled tool. */
  readonly verify?: ToolProbe;
  /** Ids of this persona's concerns that suffer without the tool. */
  readonly serves: readonly string[];
  /** Ids of the panel's own checks that stand in for it. */
  readonly standIns: readonly string[];
}

/** A participant as its file describes it. */
export interface Persona {
  readonly id: string;
  readonly title: string;
  /** One sentence. */
  readonly role: string;
  readonly evaluateFor: readonly Concern[];
  /** Required tools first. */
  readonly tools: readonly PersonaTool[];
  readonly principles: readonly string[];
  /** Markdown below the front matter. */
  readonly text: string;
}

/** Who sits on the panel and what it does, in order. */
export interface Charter {
  readonly participants: readonly string[];
  readonly process: readonly { readonly step: string; readonly does: string }[];
  /** Markdown below the front matter. */
  readonly text: string;
}

/** One mistake in a persona file. `line` and `column` are 1-based; `message` is one sentence without full stop. */
export interface PersonaMistake {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type PersonaFile<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'mistaken'; readonly mistakes: readonly [PersonaMistake, ...PersonaMistake[]] };

export interface FuzzFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface FuzzResult {
  readonly mutations: number;
  readonly slowest: { readonly milliseconds: number; readonly name: string };
  readonly peakMegabytes: number;
}

export function fuzz(options: {
  readonly files: readonly FuzzFile[];
  readonly mutations: number;
  readonly seed: number;
  readonly inspect: (name: string, bytes: Uint8Array) => void;
}): FuzzResult;

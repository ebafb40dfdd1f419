import type { Queue } from './queue.ts';
import type { Reconciled, ReconcileOptions, ReconcileSource } from './reconcile.ts';
import { reconcile } from './reconcile.ts';

export interface ReconcilerOptions<Payload> extends Omit<ReconcileOptions<Payload>, 'enqueue' | 'leaseMs'> {
  readonly queue: Pick<Queue<Payload>, 'enqueue' | 'claim'>;
  readonly source: ReconcileSource;
  /** Pause between two passes, in milliseconds. */
  readonly everyMs: number;
  /** As in {@link ReconcileOptions}, for all passes but the first. */
  readonly leaseMs: number;
  /** The same for the first pass: 0 when this is the only process, as whatever is unfinished then is its own. */
  readonly firstLeaseMs: number;
  readonly onPass: (result: Reconciled) => void;
  readonly onFault: (error: unknown) => void;
}

/** Looks now and then for what was missed. One process does it for all that share the queue. */
export function startReconciler<Payload>(options: ReconcilerOptions<Payload>): { readonly stop: () => Promise<void> } {
  const { queue, source, everyMs } = options;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let lease = options.firstLeaseMs;
  const pass = async (): Promise<void> => {
    if (!(await queue.claim('reconcile', everyMs / 2))) return;
    const result = await reconcile(source, { ...options, leaseMs: lease, enqueue: queue.enqueue });
    lease = options.leaseMs;
    options.onPass(result);
  };
  const turn = async (): Promise<void> => {
    await pass().catch(options.onFault);
    if (!stopped) timer = setTimeout(next, everyMs);
  };
  let running = turn();
  function next(): void {
    running = turn();
  }
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

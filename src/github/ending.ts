import type { Settings } from '../core/settings.ts';
import { onFailure } from './conclusion.ts';
import type { Outcome } from './effect.ts';

/** Ends that are not a review. Every run has one; the run id leads to the log line with the details. */

function ending(conclusion: Outcome['conclusion'], title: string, summary: string): Outcome {
  return { conclusion, title, summary, annotations: [], buttons: false };
}

export function superseded(by: string): Outcome {
  return ending('cancelled', `Superseded by ${by.slice(0, 7)}`, `A newer commit, ${by}, is reviewed instead.`);
}

export function cancelled(why: string): Outcome {
  return ending('cancelled', `Cancelled: ${why}`, `This run ended because ${why}.`);
}

export function timedOut(runId: string): Outcome {
  const end = ending(
    'timed_out',
    'Timed out',
    `The review took longer than it may. Run ${runId}. The button starts it again.`,
  );
  return { ...end, buttons: true };
}

/** A sentence that the author can act on is shown; the text of any other error stays in the log. */
export function failed(error: unknown, settings: Settings, runId: string): Outcome {
  const known = error instanceof Error && error.name === 'GitProblem' ? `${error.message} ` : '';
  const gate =
    settings.gate.onError === 'fail'
      ? 'The gate stays shut (`gate.on-error: fail`).'
      : 'The gate is not shut by this (`gate.on-error: neutral`).';
  const end = ending(
    onFailure(settings),
    'The panel failed',
    `${known}The change was not judged. ${gate} Run ${runId}. The button starts it again.`,
  );
  return { ...end, buttons: true };
}

import type { Report, Verdict } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { Conclusion } from './effect.ts';

/** `neutral` satisfies a required check, so what shuts the gate must be `failure`. */
const BY_VERDICT: Readonly<Record<Verdict, Conclusion>> = {
  pass: 'success',
  advise: 'neutral',
  block: 'failure',
  incomplete: 'neutral',
};

export function conclusionOf(report: Report): Conclusion {
  return BY_VERDICT[report.verdict];
}

/** What our own failure does to the gate. */
export function onFailure(settings: Settings): Conclusion {
  return settings.gate.onError === 'fail' ? 'failure' : 'neutral';
}

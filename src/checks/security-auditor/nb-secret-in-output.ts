import type { Span } from '../../core/location.ts';
import type { NotebookDocument } from '../../documents/notebook/notebook.ts';
import { secretsIn } from '../../facts/security/secrets.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Where a text of an output stands in the file; the whole output where the file writes it with escapes. */
function placeOf(document: NotebookDocument, output: Span, value: string): Span {
  const start = document.text.indexOf(value, output.start);
  return start === -1 || start + value.length > output.end ? output : { start, end: start + value.length };
}

export default defineCheck({
  evaluates: 'secret-exposure',
  stage: 'deployment',
  severity: 'critical',
  confidence: 'high',
  paths: { test: 'low', docs: 'one-down', example: 'one-down', benchmark: 'full' },
  title: 'Credential in the saved output of a notebook',
  why: `
    A notebook keeps what its cells printed. The credential is in the repository although no line of code holds it, and it
    stays in the history after the output is cleared.
  `,
  fix: 'Revoke the credential, clear the output (`nbstripout`), and take it out of the history.',
  references: ['https://cwe.mitre.org/data/definitions/532.html', 'https://github.com/kynan/nbstripout'],
  examples: [
    bad`
      {"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "source": ["login()"], "outputs": [
        {"output_type": "stream", "name": "stdout", "text": ["token: «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»\\n"]},
        {"output_type": "execute_result", "metadata": {}, "execution_count": 1, "data": {"text/html": ["<td>«AKIAQX4BTIPVLZJ6M3SH»</td>"]}},
        {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["connect postgresql://ml:«Tr7vQ9zLw2»@db.acme.io/features"]}
      ]}], "metadata": {"widgets": {"state": {"value": "«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»"}}}, "nbformat": 4, "nbformat_minor": 5}
    `,
    good`
      {"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "source": ["login()"], "outputs": [
        {"output_type": "stream", "name": "stdout", "text": ["token: hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\\n", "AKIAIOSFODNN7EXAMPLE"]},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": "AKIAQX4BTIPVLZJ6M3SH"}},
        {"output_type": "stream", "name": "stdout", "text": ["postgresql://user:password@localhost/db", "sha256 9f86d081884c7d659a2feaa0c55ad015"]}
      ]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    `,
  ],

  reads: 'notebook',
  *inspect(document) {
    for (const { index, outputs } of document.cells) {
      for (const output of outputs) {
        if (output.mime.startsWith('image/') && !output.mime.startsWith('image/svg')) continue;
        for (const { span, what } of secretsIn(output.text)) {
          const place = placeOf(document, output.span, output.text.slice(span.start, span.end));
          yield at(document, place, `The output of cell ${index} shows ${what}`);
        }
      }
    }
    const { metadata } = document;
    if (metadata === undefined) return;
    for (const { span, what } of secretsIn(document.text.slice(metadata.start, metadata.end))) {
      yield at(
        document,
        { start: metadata.start + span.start, end: metadata.start + span.end },
        `The state of a widget holds ${what}`,
      );
    }
  },
});
